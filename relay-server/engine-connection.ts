import type { IncomingMessage } from 'node:http';
import type { GuardedConnection } from './transport-guard.ts';

/** The part of an engine.io connection that the relay uses. */
export type EngineConnection = GuardedConnection & {
  readonly request: IncomingMessage;
  /** Not there where the client was gone when it was let in. */
  readonly remoteAddress: string | undefined;
  close(discard: boolean): unknown;
  on(event: 'close', listener: () => void): unknown;
};

/** What a connection's messages come from. Engine.io's types leave the listeners of `data` open. */
interface MessageSource {
  readonly transport: object;
  listeners(event: 'data'): readonly unknown[];
  on(event: 'data', listener: (message: unknown) => void): unknown;
  removeAllListeners(event: 'data'): unknown;
}

/** Between two packets in the body of a polling POST. */
const packetSeparator = '\u001e';
/**
 * Packets in one polling POST; a client puts what waited during the last POST into the next. Each costs the relay a
 * fraction of a microsecond before anything can refuse it, and a body has room for 350,000.
 */
export const maxPacketsPerPost = 4096;

/** Packets a connection has not handed to its transport. Engine.io declares the field private and documents it as public. */
export function backlogOf(connection: object): readonly { readonly data?: unknown }[] {
  const packets: unknown = Reflect.get(connection, 'writeBuffer');
  return Array.isArray(packets) ? packets : [];
}

/** Ends a connection at once: a WebSocket would wait 30 s for the farewell of a client that does not read. */
export function cut(connection: Pick<EngineConnection, 'transport' | 'close'>): void {
  const webSocket: unknown = Reflect.get(connection.transport, 'socket');
  connection.close(true);
  if (typeof webSocket !== 'object' || webSocket === null || !('terminate' in webSocket)) return;
  if (typeof webSocket.terminate === 'function') webSocket.terminate();
}

/**
 * Gives binary messages of a WebSocket to `take` at once: Socket.IO hands an event on over two ticks and a dozen closures, which
 * cost more than all that the relay does with a small entry. The first text, which ends a connection one way or the other, puts
 * those who listened before back: it and all that follows go their way, in their order. So do all messages of polling, of
 * which one request may hold many.
 */
export function takeBinary(connection: MessageSource, take: (message: Uint8Array) => void): void {
  const before = connection.listeners('data').filter(isListener);
  connection.removeAllListeners('data');
  connection.on('data', (message) => {
    const isBinary = message instanceof Uint8Array;
    if (isBinary && Reflect.get(connection.transport, 'name') === 'websocket') {
      take(message);
      return;
    }
    if (!isBinary) {
      connection.removeAllListeners('data');
      for (const listener of before) connection.on('data', listener);
    }
    for (const listener of before) listener.call(connection, message);
  });
}

function isListener(listener: unknown): listener is (message: unknown) => void {
  return typeof listener === 'function';
}

/** Reads a WebSocket on, or leaves what it sends to its network. Polling goes on: a body is read before it is looked at. */
export function setReading({ transport }: Pick<EngineConnection, 'transport'>, reads: boolean): void {
  const webSocket: unknown = Reflect.get(transport, 'socket');
  if (typeof webSocket !== 'object' || webSocket === null) return;
  const set: unknown = Reflect.get(webSocket, reads ? 'resume' : 'pause');
  if (typeof set === 'function') set.call(webSocket);
}

/** Makes a polling transport take a body of too many packets for one that cannot be read, which ends the connection. */
export function boundPost(transport: object): void {
  const parser: unknown = Reflect.get(transport, 'parser');
  if (typeof parser !== 'object' || parser === null || !('decodePayload' in parser)) return;
  const { decodePayload } = parser;
  if (typeof decodePayload !== 'function') return;
  const bounded = (body: string, ...rest: unknown[]): unknown =>
    holdsTooManyPackets(body) ? [{ type: 'error', data: 'parser error' }] : decodePayload(body, ...rest);
  Reflect.set(transport, 'parser', { ...parser, decodePayload: bounded });
}

function holdsTooManyPackets(body: string): boolean {
  let at = -1;
  for (let packets = 1; packets <= maxPacketsPerPost; packets++) {
    at = body.indexOf(packetSeparator, at + 1);
    if (at === -1) return false;
  }
  return true;
}
