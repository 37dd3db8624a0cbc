import type { Server as PlainServer } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
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

/** Requests of one connection that may be unanswered. Browsers and proxies wait for the answer to one before they send the next. */
export const maxUnansweredRequests = 4;

/** Makes one; with an identity it speaks TLS. A client that does not finish what it began is dropped. */
export function makeHttpServer(tls: TlsIdentity | undefined, times: HttpTimes): HttpServer {
  const bounds = {
    connectionsCheckingInterval: times.checkEveryMs,
    headersTimeout: times.headersMs,
    requestTimeout: times.requestMs,
    maxHeaderSize: maxHeaderBytes,
    // Node would answer these by itself, uncounted.
    requireHostHeader: false,
  };
  const server =
    tls === undefined
      ? createServer(bounds)
      : createTlsServer({ ...bounds, cert: tls.cert, key: tls.key, handshakeTimeout: times.handshakeMs });
  server.timeout = times.idleMs;
  return server;
}

/**
 * Ends connections that send request after request and wait for no answer: Node takes as many as 64 KiB hold, some thousand,
 * before it lets anything be written. `onEnded` hears of each. To be called when all who answer requests listen.
 */
export function boundUnanswered(server: HttpServer, onEnded: (socket: Socket) => void): void {
  const unanswered = new WeakMap<Socket, number>();
  server.prependListener('request', ({ socket }, response) => {
    const count = (unanswered.get(socket) ?? 0) + 1;
    unanswered.set(socket, count);
    response.once('close', () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
    if (count <= maxUnansweredRequests) return;
    onEnded(socket);
    socket.destroy();
    parseNoMore(socket);
  });
  // An `Expect` that means nothing; answered by Node otherwise.
  server.on('checkExpectation', ({ socket }) => socket.destroy());
}

/** What Node's parser is told of a request after which no more is HTTP, as after an upgrade. */
const noMoreHttp = 2;

/**
 * Node goes on with all it has read of a connection that was ended: some thousand requests, which it then aborts one by one with an
 * error and its stack each. The parser is Node's own affair: where it is another one, the connection is ended and no more.
 */
function parseNoMore(socket: Socket): void {
  const parser: unknown = Reflect.get(socket, 'parser');
  if (typeof parser !== 'object' || parser === null || !('onIncoming' in parser)) return;
  Reflect.set(parser, 'onIncoming', () => noMoreHttp);
}

/** New connections get this identity; those that are open stay. */
export function renewTls(server: HttpServer, { cert, key }: TlsIdentity): void {
  if (server instanceof TlsServer) server.setSecureContext({ cert, key });
}
