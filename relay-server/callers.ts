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
  /** Connections without a member: Socket.IO's connect takes one round trip, and no proof. */
  readonly #silent: FairPlaces<EngineConnection>;
  #sessions = 0;

  constructor(clientAddresses: ClientAddresses, addresses: Addresses, config: RelayConfig) {
    this.#clientAddresses = clientAddresses;
    this.#addresses = addresses;
    this.#mostSessions = config.maxConnections + config.maxUnjoined;
    this.#silent = new FairPlaces(config.maxUnjoined);
  }

  /** Connections that are open. */
  get sessions(): number {
    return this.#sessions;
  }

  /** Whether a request may begin a connection: there is room, and its address has not too many or too fast. */
  admit({ socket, headers }: IncomingMessage): boolean {
    if (socket.destroyed) return false;
    const address = this.#clientAddresses.of(socket.remoteAddress ?? '', headers['x-forwarded-for']);
    if (this.#sessions >= this.#mostSessions || !this.#addresses.admitSession(address)) return false;
    if (!this.#silent.areTaken) return true;
    const giver = this.#silent.giverFor(networkOf(address));
    if (giver !== undefined) cut(giver);
    return giver !== undefined;
  }

  /** Notes who is behind a new connection and guards it. */
  opened(connection: EngineConnection): void {
    const { host = '', 'x-forwarded-for': forwardedFor } = connection.request.headers;
    const address = this.#clientAddresses.of(connection.remoteAddress, forwardedFor);
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
