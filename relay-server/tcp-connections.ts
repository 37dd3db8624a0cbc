import type { Socket } from 'node:net';
import type { Waiting } from './backlog.ts';
import type { ClientAddresses } from './client-address.ts';

/** Most connections of TCP, whatever they say or do not say. A member over polling has two. */
export interface TcpLimits {
  readonly all: number;
  /** Of one address that is not a trusted proxy. */
  readonly perAddress: number;
}

/** Bytes that may wait in the system for one connection: what may wait in the relay for a member goes there at once, and some more. */
const maxUnsentBytes = 10 * 1024 * 1024;

/** The connections a relay has open, below HTTP and TLS: bounded before any of them has said anything. */
export class TcpConnections {
  readonly #limits: TcpLimits;
  readonly #addresses: ClientAddresses;
  readonly #open = new Set<Socket>();
  readonly #perAddress = new Map<string, number>();

  constructor(limits: TcpLimits, addresses: ClientAddresses) {
    this.#limits = limits;
    this.#addresses = addresses;
  }

  /** Takes a new connection, or ends it where there are too many. */
  add(socket: Socket): void {
    const { remoteAddress = '' } = socket;
    const here = (this.#perAddress.get(remoteAddress) ?? 0) + 1;
    const tooMany = here > this.#limits.perAddress && !this.#addresses.isProxy(remoteAddress);
    if (tooMany || this.#open.size >= this.#limits.all) {
      socket.destroy();
      return;
    }
    this.#open.add(socket);
    this.#perAddress.set(remoteAddress, here);
    socket.once('close', () => this.#remove(socket, remoteAddress));
  }

  /** What waits in the system for each: also the answers to WebSocket's pings and of HTTP, which nothing else counts. */
  waiting(): readonly Waiting[] {
    return [...this.#open]
      .filter((socket) => socket.writableLength > 0)
      .map((socket) => ({ bytes: socket.writableLength, cut: () => socket.destroy() }));
  }

  /** Ends connections that do not take what they are sent. */
  cutClogged(): void {
    for (const { bytes, cut } of this.waiting()) if (bytes > maxUnsentBytes) cut();
  }

  endAll(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #remove(socket: Socket, address: string): void {
    this.#open.delete(socket);
    const left = (this.#perAddress.get(address) ?? 1) - 1;
    if (left > 0) this.#perAddress.set(address, left);
    else this.#perAddress.delete(address);
  }
}
