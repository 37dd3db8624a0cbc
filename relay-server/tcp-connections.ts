import type { Server, Socket } from 'node:net';
import { type Addresses, networkOf } from './addresses.ts';
import type { Waiting } from './backlog.ts';
import { type ClientAddresses, plainAddress } from './client-address.ts';
import { refuseEarly } from './early-refusal.ts';
import { TcpTurns } from './tcp-turns.ts';

/** Most connections of TCP, whatever they say or do not say. A member over polling has two. */
export interface TcpLimits {
  readonly all: number;
  /** Of one address, or IPv6 network, that is not a trusted proxy. */
  readonly perAddress: number;
}

/** Bytes that may wait in the system for one connection: what may wait in the relay for a member goes there at once, and some more. */
export const maxUnsentBytes = 10 * 1024 * 1024;

/** The connections a relay has open, below HTTP and TLS: bounded before any of them has said anything. */
export class TcpConnections {
  readonly #limits: TcpLimits;
  readonly #clientAddresses: ClientAddresses;
  readonly #addresses: Pick<Addresses, 'admitTcp' | 'chargeTcp' | 'refusesTcp'>;
  readonly #open = new Set<Socket>();
  /** TLS over those: what waits does so there, and the socket below knows nothing of it. */
  readonly #secure = new Set<Socket>();
  readonly #perNetwork = new Map<string, number>();
  readonly #turns = new TcpTurns();

  constructor(
    limits: TcpLimits,
    clientAddresses: ClientAddresses,
    addresses: Pick<Addresses, 'admitTcp' | 'chargeTcp' | 'refusesTcp'>,
  ) {
    this.#limits = limits;
    this.#clientAddresses = clientAddresses;
    this.#addresses = addresses;
  }

  /**
   * Counts what a server accepts, and gives it connections of a network one at a time. What is not taken is ended before the server, or
   * TLS, looks at it: that costs more than all before.
   */
  watch(server: Server): void {
    this.refuseEarly(server);
    const before = server.listeners('connection');
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => {
      this.#add(socket, () => {
        for (const listener of before) listener.call(server, socket);
      });
    });
    server.on('secureConnection', (socket: Socket) => {
      this.#secure.add(socket);
      socket.once('close', () => this.#secure.delete(socket));
    });
  }

  /** Has a server that hands over what it accepts end most of what is not taken before there is a socket of it. */
  refuseEarly(server: Server): void {
    refuseEarly(server, (address) => {
      const isProxy = this.#clientAddresses.isProxy(address);
      return !isProxy && this.#addresses.refusesTcp(networkOf(plainAddress(address)));
    });
  }

  /** Takes a new connection, or ends it where there are too many, or too many came lately. Behind a proxy all have its address. */
  #add(socket: Socket, serve: () => void): void {
    const { remoteAddress } = socket;
    // It was gone before it was accepted.
    if (remoteAddress === undefined) {
      socket.destroy();
      return;
    }
    const network = networkOf(plainAddress(remoteAddress));
    const here = (this.#perNetwork.get(network) ?? 0) + 1;
    const isProxy = this.#clientAddresses.isProxy(remoteAddress);
    const isAdmitted = isProxy || (here <= this.#limits.perAddress && this.#addresses.admitTcp(network));
    if (!isAdmitted || this.#open.size >= this.#limits.all) {
      socket.destroy();
      return;
    }
    this.#open.add(socket);
    this.#perNetwork.set(network, here);
    socket.once('close', () => this.#remove(socket, network));
    if (isProxy) serve();
    else this.#turns.take(network, socket, serve);
  }

  /** A client cost more than connecting does: its address makes fewer connections then. A proxy's clients are many. */
  charge({ remoteAddress }: Socket): void {
    if (remoteAddress === undefined || this.#clientAddresses.isProxy(remoteAddress)) return;
    this.#addresses.chargeTcp(networkOf(plainAddress(remoteAddress)));
  }

  /** What waits in the system for each: also the answers to WebSocket's pings and of HTTP, which nothing else counts. */
  waiting(): readonly Waiting[] {
    return [...this.#open, ...this.#secure]
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

  #remove(socket: Socket, network: string): void {
    this.#open.delete(socket);
    const left = (this.#perNetwork.get(network) ?? 1) - 1;
    if (left > 0) this.#perNetwork.set(network, left);
    else this.#perNetwork.delete(network);
  }
}
