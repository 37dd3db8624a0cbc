import type { IncomingMessage } from 'node:http';
import { type Addresses, networkOf } from './addresses.ts';
import type { ClientAddresses } from './client-address.ts';
import { systemClock } from './clock.ts';
import { boundPost, cut, type EngineConnection } from './engine-connection.ts';
import { FairPlaces } from './fair-places.ts';
import type { RelayConfig } from './relay-config.ts';
import { TransportGuard } from './transport-guard.ts';

/** Who is behind a connection, from its first request. */
export interface Caller {
  /** `Host` header, in lower case. */
  readonly host: string;
  readonly address: string;
}

/** Engine.io connections from their first byte on: noted, and guarded before anyone has said who he is. */
export class Callers {
  readonly #callers = new WeakMap<object, Caller & { readonly guard: TransportGuard }>();
  readonly #clientAddresses: ClientAddresses;
  readonly #addresses: Addresses;
  readonly #mostSessions: number;
  /** Requests of one address that wait for a turn: all its connections may come at once. */
  readonly #mostWaiting: number;
  /** Connections without a member: Socket.IO's connect takes one round trip, and no proof. */
  readonly #silent: FairPlaces<EngineConnection>;
  #sessions = 0;

  constructor(clientAddresses: ClientAddresses, addresses: Addresses, config: RelayConfig) {
    this.#clientAddresses = clientAddresses;
    this.#addresses = addresses;
    this.#mostSessions = config.maxConnections + config.maxUnjoined;
    this.#mostWaiting = config.connectionsPerAddress + config.unjoinedPerAddress;
    this.#silent = new FairPlaces(config.maxUnjoined);
  }

  /** Connections that are open. */
  get sessions(): number {
    return this.#sessions;
  }

  /** Decides when the address has a turn for it whether a request may begin a connection. Where too many of it wait, it is ended unanswered. */
  admit({ socket, headers }: IncomingMessage, decide: (isAdmitted: boolean) => void): void {
    const address = this.#clientAddresses.of(socket.remoteAddress ?? '', headers['x-forwarded-for']);
    const { arrivals } = this.#addresses.turnsOf(address);
    if (arrivals.waiting('connection') >= this.#mostWaiting) socket.destroy();
    if (socket.destroyed) return;
    let isDecided = false;
    const gone = () => giveUp();
    // Half a connection is one to Node, and nobody's who asked for WebSocket.
    const ended = () => socket.destroy();
    const giveUp = arrivals.take('connection', () => {
      isDecided = true;
      socket.off('close', gone).off('error', gone).off('end', ended);
      decide(this.#mayOpen(address));
    });
    // Of an upgrade, nobody else listens until it is decided.
    if (isDecided) return;
    socket.on('close', gone).on('error', gone);
    if (headers.upgrade !== undefined) socket.on('end', ended);
  }

  /** Whether there is room, and the address has not too many or too fast. */
  #mayOpen(address: string): boolean {
    if (this.#sessions >= this.#mostSessions || !this.#addresses.admitSession(address)) return false;
    if (!this.#silent.areTaken) return true;
    const giver = this.#silent.giverFor(networkOf(address));
    if (giver !== undefined) cut(giver);
    return giver !== undefined;
  }

  /** Notes who is behind a new connection and guards it. */
  opened(connection: EngineConnection): void {
    const { host = '', 'x-forwarded-for': forwardedFor } = connection.request.headers;
    const address = this.#clientAddresses.of(connection.remoteAddress ?? '', forwardedFor);
    const closed = this.#addresses.openSession(address);
    const network = networkOf(address);
    this.#sessions += 1;
    this.#silent.add(connection, network);
    connection.on('close', () => {
      this.#sessions -= 1;
      this.#silent.remove(connection, network);
      closed();
    });
    this.#callers.set(connection, {
      guard: new TransportGuard(connection, { now: systemClock.now, cut: () => cut(connection) }),
      host: host.toLowerCase(),
      address,
    });
    boundPost(connection.transport);
    // Engine.io keeps the first request for as long as the connection lasts: kilobytes that nobody reads again.
    Reflect.set(connection, 'request', undefined);
  }

  /** Whether the connection may have a member: once. Otherwise it is cut. */
  admitMember(connection: EngineConnection): boolean {
    const caller = this.#callers.get(connection);
    if (caller === undefined) return false;
    this.#silent.remove(connection, networkOf(caller.address));
    return caller.guard.admitMember();
  }

  /** Who is behind a connection that was opened. */
  of(connection: object): Caller | undefined {
    return this.#callers.get(connection);
  }
}
