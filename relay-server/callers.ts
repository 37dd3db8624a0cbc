import type { ClientAddresses } from './client-address.ts';
import { systemClock } from './clock.ts';
import { boundPost, cut, type EngineConnection } from './engine-connection.ts';
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
  readonly #addresses: ClientAddresses;

  constructor(addresses: ClientAddresses) {
    this.#addresses = addresses;
  }

  /** Notes who is behind a new connection and guards it. */
  opened(connection: EngineConnection): void {
    const { host = '', 'x-forwarded-for': forwardedFor } = connection.request.headers;
    this.#callers.set(connection, {
      guard: new TransportGuard(connection, { now: systemClock.now, cut: () => cut(connection) }),
      host: host.toLowerCase(),
      address: this.#addresses.of(connection.remoteAddress, forwardedFor),
    });
    boundPost(connection.transport);
    // Engine.io keeps the first request for as long as the connection lasts: kilobytes that nobody reads again.
    Reflect.set(connection, 'request', undefined);
  }

  /** Whether the connection may have a member: once. Otherwise it is cut. */
  admitMember(connection: object): boolean {
    return this.#callers.get(connection)?.guard.admitMember() ?? false;
  }

  /** Who is behind a connection that was opened. */
  of(connection: object): Caller | undefined {
    return this.#callers.get(connection);
  }
}
