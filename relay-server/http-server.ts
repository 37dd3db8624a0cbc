import type { Server as PlainServer } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { TlsIdentity } from './tls-identity.ts';

/** A server for HTTP, with TLS or without. */
export type HttpServer = PlainServer | TlsServer;

/** How long a client may take with HTTP, in milliseconds. */
export interface HttpTimes {
  readonly handshakeMs: number;
  readonly headersMs: number;
  readonly requestMs: number;
  readonly idleMs: number;
  readonly checkEveryMs: number;
}

/** Against clients that hold a connection by sending next to nothing. */
export const httpTimes: HttpTimes = {
  /** TLS: a few round trips. */
  handshakeMs: 10_000,
  /** Headers come in one piece, from the first byte or from none. */
  headersMs: 10_000,
  /** The largest body, a POST of 1 MiB, at 150 kbit/s. */
  requestMs: 60_000,
  /** A connection on which nothing moves; polls are answered every 10 s, and WebSocket has its own pings. */
  idleMs: 60_000,
  /** How often the above is looked at; Node's 30 s would make them that much longer. */
  checkEveryMs: 2000,
};

/** Request line and headers together. */
export const maxHeaderBytes = 16 * 1024;

/** Makes one; with an identity it speaks TLS. A client that does not finish what it began is dropped. */
export function makeHttpServer(tls: TlsIdentity | undefined, times: HttpTimes): HttpServer {
  const bounds = {
    connectionsCheckingInterval: times.checkEveryMs,
    headersTimeout: times.headersMs,
    requestTimeout: times.requestMs,
    maxHeaderSize: maxHeaderBytes,
  };
  const server =
    tls === undefined
      ? createServer(bounds)
      : createTlsServer({ ...bounds, cert: tls.cert, key: tls.key, handshakeTimeout: times.handshakeMs });
  server.timeout = times.idleMs;
  return server;
}

/** New connections get this identity; those that are open stay. */
export function renewTls(server: HttpServer, { cert, key }: TlsIdentity): void {
  if (server instanceof TlsServer) server.setSecureContext({ cert, key });
}
