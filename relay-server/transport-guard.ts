import { TokenBucket } from './rate-limit.ts';

/** The part of an engine.io connection that a guard uses. */
export interface GuardedConnection {
  readonly transport: object;
  on(
    event: 'packet',
    listener: (packet: { readonly type: string; readonly data?: unknown }) => void,
  ): unknown;
  on(event: 'upgrade', listener: (transport: object) => void): unknown;
}

/** Packets of engine.io and Socket.IO and pings of WebSocket: one to connect, one to end, a pong every 10 s. A proxy may ping too. */
export const controlPace = { perSecond: 2, burst: 30 } as const;

/**
 * Watches what is below the protocol's messages on one connection, from its first byte on: engine.io and Socket.IO answer
 * their own packets without asking anyone. `cut` is called once, when there are too many.
 */
export class TransportGuard {
  readonly #pace: TokenBucket;
  readonly #now: () => number;
  readonly #cut: () => void;
  #isCut = false;
  #hasMember = false;

  constructor(connection: GuardedConnection, options: { now: () => number; cut: () => void }) {
    this.#now = options.now;
    this.#cut = options.cut;
    this.#pace = new TokenBucket(controlPace, this.#now());
    connection.on('packet', ({ type, data }) => {
      if (type !== 'message' || typeof data === 'string') this.#take();
    });
    this.#watchPings(connection.transport);
    connection.on('upgrade', (transport) => this.#watchPings(transport));
  }

  /** Whether this is the first Socket.IO connect of the connection; a second one would start with fresh limits. */
  admitMember(): boolean {
    const first = !this.#hasMember;
    this.#hasMember = true;
    if (!first) this.#end();
    return first;
  }

  /** A WebSocket answers each ping at once, whether or not the sender reads the answers. */
  #watchPings(transport: object): void {
    const webSocket: unknown = Reflect.get(transport, 'socket');
    if (typeof webSocket !== 'object' || webSocket === null || !('on' in webSocket)) return;
    if (typeof webSocket.on === 'function') webSocket.on('ping', () => this.#take());
  }

  #take(): void {
    if (!this.#pace.take(1, this.#now())) this.#end();
  }

  #end(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.#cut();
  }
}
