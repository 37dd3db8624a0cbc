import { randomBytes } from 'node:crypto';
import { type ClientEvent, clientEvents } from '../../protocol/events.ts';
import type { LogStore } from '../../relay-server/log-store.ts';
import { Relay, type Session } from '../../relay-server/relay.ts';
import type { RelayConfig } from '../../relay-server/relay-config.ts';
import type { OpenTransport, TransportEvents } from '../../sync/transport.ts';
import type { Random } from './random.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What a network may do to a message on purpose, to show that the checks would notice. */
export type Sabotage = 'none' | 'lose-an-append';

/** One connection: frames cross in order, each after a random delay, until it is cut. */
interface Line {
  open: boolean;
  session: Session | undefined;
  toClient(event: string, payload: Uint8Array): void;
}

const longestDelayMs = 30;

/** A relay's real core, clients' real providers, and an in-memory network between them that drops and delays. */
export class MemoryNetwork {
  #relay: Relay | undefined;
  #lines = new Set<Line>();
  readonly #onCut = new Map<Line, () => void>();
  #sabotage: Sabotage;
  /** Connections cut, by the network or by a restart. */
  cuts = 0;

  constructor(
    private readonly time: VirtualTime,
    private readonly random: Random,
    sabotage: Sabotage = 'none',
    private readonly config: Partial<RelayConfig> = {},
  ) {
    this.#sabotage = sabotage;
  }

  /** Starts the relay on a store, unless it runs. */
  startRelay(store: LogStore): void {
    this.#relay ??= new Relay({
      store,
      clock: {
        now: () => this.time.now(),
        epochMs: () => this.time.now(),
        setTimer: (ring, delayMs) => this.time.after(delayMs, ring),
        nextTurn: (run) => void this.time.after(0, run),
        busyShare: () => 0,
      },
      random: (length) => randomBytes(length),
      warn: () => {},
      config: this.config,
    });
  }

  /** The relay is gone from one moment to the next; what it had not stored is gone with it. */
  killRelay(): void {
    this.#relay = undefined;
    for (const line of [...this.#lines]) this.#cut(line);
  }

  /** A transport for one client. `isUp` says whether its part of the network works; `drop` cuts its connection. */
  transportFor(isUp: () => boolean): { open: OpenTransport; drop: () => void } {
    let current: (() => void) | undefined;
    const open: OpenTransport = (_url, events) => {
      const client = new MemoryTransport(this, events, isUp);
      current = () => client.drop();
      return client;
    };
    return { open, drop: () => current?.() };
  }

  /** Connects a client; undefined when there is no relay. */
  connect(toClient: (event: string, payload: Uint8Array) => void, onCut: () => void): Line | undefined {
    const relay = this.#relay;
    if (relay === undefined) return undefined;
    const deliver = this.#inOrder();
    const line: Line = {
      open: true,
      session: undefined,
      toClient: (event, payload) => {
        const copy = payload.slice();
        deliver(() => line.open && toClient(event, copy));
      },
    };
    this.#lines.add(line);
    line.session = relay.connect({
      takesMore: true,
      requestedHost: 'relay.test',
      remoteAddress: 'memory',
      send: (event, payload) => line.toClient(event, payload),
      sendPrepared: ({ event, payload }) => line.toClient(event, payload),
      sendShared: ({ event, payload }) => line.toClient(event, payload),
      setReading: () => {},
      close: () => deliver(() => line.open && this.#cut(line)),
    });
    this.#onCut.set(line, onCut);
    return line;
  }

  /** A client's message on its way to the relay. */
  sender(line: Line): (event: ClientEvent, payload: Uint8Array) => void {
    const deliver = this.#inOrder();
    return (event, payload) => {
      const copy = payload.slice();
      deliver(() => {
        if (!line.open || this.#wasLost(line, event, copy)) return;
        line.session?.receive(event, copy);
      });
    };
  }

  cut(line: Line): void {
    this.#cut(line);
  }

  later(delayMs: number, task: () => void): () => void {
    return this.time.after(delayMs, task);
  }

  #cut(line: Line): void {
    if (!line.open) return;
    line.open = false;
    this.cuts += 1;
    this.#lines.delete(line);
    line.session?.disconnected();
    this.#onCut.get(line)?.();
    this.#onCut.delete(line);
  }

  /** Loses one append for good and claims that it is stored: what no relay may do, and what the checks must find. */
  #wasLost(line: Line, event: ClientEvent, payload: Uint8Array): boolean {
    if (this.#sabotage === 'none' || event !== 'append') return false;
    this.#sabotage = 'none';
    line.toClient('ack', Uint8Array.from([payload[0] ?? 0, 1]));
    return true;
  }

  #inOrder(): (task: () => void) => void {
    let lastMs = 0;
    return (task) => {
      lastMs = Math.max(lastMs, this.time.now() + this.random.below(longestDelayMs));
      this.time.after(lastMs - this.time.now(), task);
    };
  }
}

const retryMs = 400;

class MemoryTransport {
  readonly host = 'relay.test';
  readonly carrier = 'memory';
  #wanted = false;
  #line: Line | undefined;
  #send: ((event: ClientEvent, payload: Uint8Array) => void) | undefined;
  #cancel: (() => void) | undefined;

  constructor(
    private readonly network: MemoryNetwork,
    private readonly events: TransportEvents,
    private readonly isUp: () => boolean,
  ) {}

  connect(): void {
    this.#wanted = true;
    this.#attempt();
  }

  hurry(): void {
    if (this.#line === undefined) this.#attempt();
  }

  disconnect(): void {
    this.#wanted = false;
    this.#cancel?.();
    if (this.#line !== undefined) this.network.cut(this.#line);
    this.#line = undefined;
  }

  send(event: ClientEvent, payload: Uint8Array): void {
    if (!Object.hasOwn(clientEvents, event)) throw new Error(`no event ${event}`);
    if (this.#line?.open === true) this.#send?.(event, payload);
  }

  drop(): void {
    if (this.#line !== undefined) this.network.cut(this.#line);
  }

  #attempt(): void {
    this.#cancel?.();
    if (!this.#wanted || this.#line !== undefined) return;
    const line = this.isUp()
      ? this.network.connect(
          (event, payload) => this.events.onMessage(event, payload),
          () => this.#lost(),
        )
      : undefined;
    if (line === undefined) {
      this.#lost();
      return;
    }
    this.#line = line;
    this.#send = this.network.sender(line);
  }

  #lost(): void {
    this.#line = undefined;
    if (!this.#wanted) return;
    this.events.onLost('cut');
    this.#cancel = this.network.later(retryMs, () => this.#attempt());
  }
}
