import { randomBytes } from 'node:crypto';
import type { ClientMessage, Join } from '../../protocol/client-messages.ts';
import { encodeClientMessage } from '../../protocol/client-messages.ts';
import type { RelayEvent } from '../../protocol/events.ts';
import type { Role } from '../../protocol/ids.ts';
import type { RelayMessage } from '../../protocol/relay-messages.ts';
import { parseRelayMessage } from '../../protocol/relay-messages.ts';
import type { Audience } from '../../relay-server/audience.ts';
import type { Clock } from '../../relay-server/clock.ts';
import type { LogStore } from '../../relay-server/log-store.ts';
import type { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import type { MemberLink } from '../../relay-server/member-link.ts';
import type { PreparedFrame } from '../../relay-server/prepared-frame.ts';
import type { Session } from '../../relay-server/relay.ts';
import { Relay } from '../../relay-server/relay.ts';
import type { RelayConfig } from '../../relay-server/relay-config.ts';
import type { Room } from '../../relay-server/room.ts';
import type { MessageOf } from './raw-member.ts';
import type { TestDocument } from './test-document.ts';
import { joinOf } from './test-document.ts';

/** A clock that a test moves. */
export class TestClock implements Clock {
  /** What it says the relay's share of work is. */
  busy = 0;
  #nowMs = 0;
  readonly #timers = new Set<{ readonly ring: () => void; readonly atMs: number }>();

  now(): number {
    return this.#nowMs;
  }

  epochMs(): number {
    return 1_700_000_000_000 + this.#nowMs;
  }

  setTimer(ring: () => void, delayMs: number): () => void {
    const timer = { ring, atMs: this.#nowMs + delayMs };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  nextTurn(run: () => void): void {
    this.setTimer(run, 0);
  }

  busyShare(): number {
    return this.busy;
  }

  /** Timers that are set. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Lets this much time pass; timers ring in their order. */
  pass(ms: number): void {
    const end = this.#nowMs + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.ring();
    }
    this.#nowMs = Math.max(this.#nowMs, end);
  }
}

/** The relay's core over links in memory: no sockets, no disk, no real time. */
export class MemoryRelay<Store extends LogStore = MemoryLogStore> {
  readonly relay: Relay;
  readonly store: Store;
  readonly clock = new TestClock();
  readonly warnings: string[] = [];
  /** How long it takes to send a member a frame that others get, too. */
  sharedMs = 0;

  constructor(store: Store, config: Partial<RelayConfig> = {}) {
    this.store = store;
    this.relay = new Relay({
      store,
      clock: this.clock,
      random: (bytes) => new Uint8Array(randomBytes(bytes)),
      warn: (line) => this.warnings.push(line),
      config,
    });
  }

  /** A new connection. */
  connect(from?: string): MemoryMember {
    return new MemoryMember(this, from);
  }

  /** A connection that has joined and is live. */
  async join(document: TestDocument, changes: Partial<Join> & { role?: Role } = {}): Promise<MemoryMember> {
    const member = this.connect();
    member.join(document, changes);
    await settled();
    return member;
  }
}

/** An audience of the room that has been sent all of it. */
export function atHead({ log }: Room): Pick<Audience, 'published'> {
  return { published: { cursor: log.head, logBytes: log.logBytes } };
}

/** A client on a link in memory: keeps what it is sent, confirms only when told. */
export class MemoryMember implements MemberLink {
  readonly requestedHost = 'relay.test';
  readonly remoteAddress: string;
  readonly received: RelayMessage[] = [];
  closed = false;
  /** Whether the relay reads what it sends; it is read all the same here. */
  isRead = true;
  takesMore = true;
  /** Bytes of the stream it was sent since it was made. */
  streamBytes = 0;
  #session: Session | undefined;
  readonly #rest: MemoryRelay<LogStore>;

  constructor(rest: MemoryRelay<LogStore>, from = 'memory') {
    this.remoteAddress = from;
    this.#rest = rest;
    this.#session = rest.relay.connect(this);
  }

  join(document: TestDocument, changes: Partial<Join> & { role?: Role } = {}): void {
    const hello = this.all('hello')[0];
    if (hello === undefined) throw new Error('no hello');
    this.say({
      event: 'join',
      message: joinOf(document, { nonce: hello.nonce, host: this.requestedHost, ...changes }),
    });
  }

  say(sent: ClientMessage): void {
    this.#session?.receive(sent.event, encodeClientMessage(sent));
  }

  append(ref: number, entry: Uint8Array): void {
    this.say({ event: 'append', message: { ref, entry } });
  }

  setReading(reads: boolean): void {
    this.isRead = reads;
  }

  disconnect(): void {
    this.#session?.disconnected();
  }

  all<Event extends RelayEvent>(event: Event): MessageOf<Event>[] {
    return this.received
      .filter((each) => each.event === event)
      .map((each) => each.message as MessageOf<Event>);
  }

  /** Refs acknowledged, in order. */
  get acked(): readonly (readonly [ref: number, seq: number])[] {
    return this.all('ack').flatMap(({ acks }) => acks.map(({ ref, seq }) => [ref, seq] as const));
  }

  /** Seqs of the entries it was sent, in order. */
  get seqs(): readonly number[] {
    return this.received.flatMap(({ event, message }) =>
      event === 'entries' ? message.entries.map((_, i) => message.firstSeq + i) : [],
    );
  }

  take(event: RelayEvent, payload: Uint8Array): void {
    const parsed = parseRelayMessage(event, payload);
    if (!parsed.ok) throw new Error(`${event} does not parse: ${parsed.reason}`);
    this.received.push(parsed.value);
    if (event === 'entries' || event === 'part' || event === 'snapshot-part')
      this.streamBytes += payload.length;
  }

  sendPrepared({ event, payload }: PreparedFrame): void {
    this.send(event, payload);
  }

  sendShared({ event, payload }: PreparedFrame): void {
    this.send(event, payload);
    this.#rest.clock.pass(this.#rest.sharedMs);
  }

  send(event: RelayEvent, payload: Uint8Array): void {
    if (!this.closed) this.take(event, payload);
  }

  close(): void {
    this.closed = true;
    this.disconnect();
  }
}

/** Waits until promises of the core that need no disk have run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
