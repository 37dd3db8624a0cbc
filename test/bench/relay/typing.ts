import { setTimeout as delay } from 'node:timers/promises';
import type { Edits, OnEdit } from './edits.ts';
import { Latencies } from './latencies.ts';
import type { ServerProcess } from './server-process.ts';
import { cpuSecondsOf } from './server-process.ts';
import type { BenchMember } from './systems.ts';

/** A member that types, under the number its edits carry. */
export interface Writer {
  readonly member: BenchMember;
  readonly writer: number;
}

/** What a stretch of typing cost and how late it arrived. Latencies in milliseconds, from sending to being read. */
export interface Measured {
  readonly p50: number;
  readonly p99: number;
  readonly edits: number;
  /** Edits that no probe got until long after: counted into the latencies with their age. */
  readonly missing: number;
  readonly seconds: number;
  /** CPU seconds a second of the server, and of the load generator. */
  readonly serverLoad: number;
  readonly generatorLoad: number;
  readonly serverCpuSeconds: number;
}

/** The generator looks this often for who is to type. */
const tickMs = 1;
/** A server that is not done this long after the last edit is taken as it is. */
const patienceMs = 12_000;

/** People typing at a steady rate, evenly spread over time, and probes that tell when an edit arrived. */
export class Typing {
  readonly #edits: Edits;
  readonly #perSecond: number;
  #writers: readonly Writer[] = [];
  readonly #sentMs = new Map<number, number[]>();
  #probes = 0;
  /** Edits of the window under measurement: when it began, and how many of (edit, probe) are awaited still. */
  #windowMs = Number.POSITIVE_INFINITY;
  #windowEndMs = Number.POSITIVE_INFINITY;
  #awaited = 0;
  #latencies = new Latencies();
  #stopped: Promise<void> = Promise.resolve();
  #typing = false;
  #probesPerRoom: number | undefined;

  /** `probesPerEdit`: how many probes get each edit, where that is not all probes but the writer's own. */
  constructor(edits: Edits, perSecond: number, probesPerEdit?: number) {
    this.#edits = edits;
    this.#perSecond = perSecond;
    this.#probesPerRoom = probesPerEdit;
  }

  /** A listener for one probe; `own` is the number of its own edits, which do not count. */
  probe(own = -1): OnEdit {
    this.#probes += 1;
    return (writer, counter) => {
      if (writer === own) return;
      const sentMs = this.#sentMs.get(writer)?.[counter];
      if (sentMs === undefined || sentMs < this.#windowMs || sentMs >= this.#windowEndMs) return;
      this.#latencies.add(performance.now() - sentMs);
      this.#awaited -= 1;
    };
  }

  /** Types for `warmMs`, then measures for `windowMs`, then waits until all has arrived. `probing`: writers that are probes. */
  async measure(
    server: ServerProcess,
    writers: readonly Writer[],
    options: {
      readonly warmMs: number;
      readonly windowMs: number;
      readonly probingWriters?: number;
      readonly during?: () => Promise<void>;
    },
  ): Promise<Measured> {
    const { warmMs, windowMs, probingWriters = 0 } = options;
    this.#writers = writers;
    const perWriter = Math.ceil(((warmMs + windowMs + 2000) / 1000) * this.#perSecond);
    for (const { writer } of writers) {
      this.#edits.prepare(writer, (this.#sentMs.get(writer)?.length ?? 0) + perWriter);
    }
    this.#start();
    await delay(warmMs);
    this.#latencies = new Latencies();
    this.#awaited = 0;
    this.#windowEndMs = Number.POSITIVE_INFINITY;
    this.#windowMs = performance.now();
    const sentBefore = this.#sent();
    const cpuBefore = server.cpuSeconds();
    const ownBefore = cpuSecondsOf(process.pid);
    await Promise.all([delay(windowMs), options.during?.()]);
    const endMs = performance.now();
    this.#windowEndMs = endMs;
    const cpuSeconds = server.cpuSeconds() - cpuBefore;
    const ownSeconds = cpuSecondsOf(process.pid) - ownBefore;
    await this.stop();
    const edits = this.#sent(endMs) - sentBefore;
    const expected =
      this.#probesPerRoom === undefined
        ? edits * this.#probes - Math.round((edits * probingWriters) / Math.max(1, writers.length))
        : edits * this.#probesPerRoom;
    // Which of the edits were a probe's own is known only on average: within one edit a probing writer.
    const slack = probingWriters;
    for (const untilMs = endMs + patienceMs; performance.now() < untilMs; await delay(20)) {
      if (expected + this.#awaited <= slack) break;
    }
    const missing = Math.max(0, expected + this.#awaited - slack);
    for (let i = 0; i < Math.min(missing, this.#latencies.count + 100); i++) {
      this.#latencies.add(performance.now() - endMs);
    }
    const seconds = (endMs - this.#windowMs) / 1000;
    return {
      p50: this.#latencies.percentile(50),
      p99: this.#latencies.percentile(99),
      edits,
      missing,
      seconds,
      serverLoad: cpuSeconds / seconds,
      generatorLoad: ownSeconds / seconds,
      serverCpuSeconds: cpuSeconds,
    };
  }

  async stop(): Promise<void> {
    this.#typing = false;
    await this.#stopped;
  }

  #start(): void {
    this.#typing = true;
    this.#stopped = this.#run();
  }

  async #run(): Promise<void> {
    const startMs = performance.now();
    const everyMs = 1000 / (this.#perSecond * this.#writers.length);
    for (let next = 0; this.#typing; await delay(tickMs)) {
      for (; startMs + next * everyMs <= performance.now() && this.#typing; next++) {
        const writer = this.#writers[next % this.#writers.length];
        if (writer !== undefined) this.#type(writer);
      }
    }
  }

  #type({ member, writer }: Writer): void {
    const sent = this.#sentMs.get(writer) ?? [];
    this.#sentMs.set(writer, sent);
    const edit = this.#edits.edit(writer, sent.length);
    sent.push(performance.now());
    member.send(edit);
  }

  #sent(beforeMs = Number.POSITIVE_INFINITY): number {
    let count = 0;
    for (const { writer } of this.#writers) {
      const times = this.#sentMs.get(writer) ?? [];
      let sent = times.length;
      while (sent > 0 && (times[sent - 1] ?? 0) >= beforeMs) sent -= 1;
      count += sent;
    }
    return count;
  }
}
