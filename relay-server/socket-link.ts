import type { RelayEvent } from '../protocol/events.ts';
import type { FrameOutlet } from './frame-outlet.ts';
import type { MemberLink } from './member-link.ts';
import type { PreparedFrame } from './prepared-frame.ts';

/** The part of a Socket.IO server socket that a link uses, so that only `server.ts` knows Socket.IO. */
export interface LinkedSocket {
  disconnect(closeConnection: boolean): unknown;
}

/** A packet that waits for its transport, which takes more only when the network took the last. */
interface WaitingPacket {
  readonly data?: unknown;
}

/**
 * Bytes that may wait for a connection's network: far above the reader's budget, so only a client that confirms what it
 * does not read, or answers pings without reading, gets there. Its connection is cut (guarantee G7).
 */
export const maxBacklogBytes = 8 * 1024 * 1024;
/** Waiting packets are added up again when there are this many more; each is at most `limits.payloadBytes`. */
const packetsWorthCounting = 64;

/** Memory of a waiting packet besides its bytes, so that many small ones count too (measured: 310 to 670). */
const packetOverheadBytes = 512;

/** A Socket.IO connection as the core's link. */
export class SocketLink implements MemberLink {
  readonly requestedHost: string;
  readonly remoteAddress: string;
  readonly #socket: LinkedSocket;
  readonly #backlog: () => readonly WaitingPacket[];
  readonly #cut: () => void;
  readonly #setReading: (reads: boolean) => void;
  #countedLength = 0;
  readonly #send: (event: RelayEvent, payload: Uint8Array) => void;
  readonly #outlet: FrameOutlet;

  constructor(options: {
    socket: LinkedSocket;
    requestedHost: string;
    remoteAddress: string;
    backlog: () => readonly WaitingPacket[];
    /** Ends the connection without waiting for what it has not taken. */
    cut: () => void;
    /** Reads its network, or leaves it. */
    setReading: (reads: boolean) => void;
    send: (event: RelayEvent, payload: Uint8Array) => void;
    outlet: FrameOutlet;
  }) {
    this.#socket = options.socket;
    this.requestedHost = options.requestedHost;
    this.remoteAddress = options.remoteAddress;
    this.#backlog = options.backlog;
    this.#cut = options.cut;
    this.#setReading = options.setReading;
    this.#send = options.send;
    this.#outlet = options.outlet;
  }

  send(event: RelayEvent, payload: Uint8Array): void {
    if (!this.cutWhenClogged()) this.#send(event, payload);
  }

  sendPrepared(frame: PreparedFrame): void {
    if (!this.cutWhenClogged()) this.#outlet.sendWithNext(frame);
  }

  sendShared(frame: PreparedFrame): void {
    this.#outlet.send(frame);
  }

  setReading(reads: boolean): void {
    this.#setReading(reads);
  }

  close(): void {
    this.#socket.disconnect(true);
  }

  get takesMore(): boolean {
    return this.#backlog().length === 0;
  }

  /** Bytes that wait for its network, with what a waiting packet takes itself. */
  get waitingBytes(): number {
    let bytes = 0;
    for (const { data } of this.#backlog())
      bytes += packetOverheadBytes + (data instanceof Uint8Array ? data.length : 0);
    return bytes;
  }

  /** Ends the connection without waiting for what it has not taken. */
  cut(): void {
    this.#cut();
  }

  /** Cuts the connection when it does not take what it is sent; says whether it did. */
  cutWhenClogged(): boolean {
    const { length } = this.#backlog();
    if (length < this.#countedLength) this.#countedLength = 0;
    if (length < this.#countedLength + packetsWorthCounting) return false;
    this.#countedLength = length;
    if (this.waitingBytes <= maxBacklogBytes) return false;
    this.#cut();
    return true;
  }
}
