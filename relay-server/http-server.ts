import type { Server as PlainServer } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { TlsIdentity } from './tls-identity.ts';

/** A server for HTTP, with TLS or without. */
export type HttpServer = PlainServer | TlsServer;

/** Makes one; with an identity it speaks TLS, and a client that does not finish the handshake is dropped. */
export function makeHttpServer(tls: TlsIdentity | undefined, handshakeTimeout: number): HttpServer {
  return tls === undefined
    ? createServer()
    : createTlsServer({ cert: tls.cert, key: tls.key, handshakeTimeout });
}

/** New connections get this identity; those that are open stay. */
export function renewTls(server: HttpServer, { cert, key }: TlsIdentity): void {
  if (server instanceof TlsServer) server.setSecureContext({ cert, key });
}
