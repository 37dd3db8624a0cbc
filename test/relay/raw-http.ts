import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { waitFor } from '../app/wait-for.ts';

/** The status with which HTTP of bare bytes is answered, or that the connection ended without. */
export type RawStatus = number | 'no answer';

/** A connection on which these pieces were sent, one after another, and nothing is awaited. */
export async function sendRaw(url: string, ...pieces: readonly (string | Uint8Array)[]): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  await once(socket, 'connect');
  for (const piece of pieces) {
    socket.write(piece);
    await turn();
  }
  return socket;
}

/** Sends the pieces on a connection of their own and gives the status of the first answer. */
export async function askRaw(url: string, ...pieces: readonly (string | Uint8Array)[]): Promise<RawStatus> {
  const socket = await sendRaw(url, ...pieces);
  let answer = '';
  socket.on('data', (bytes: Buffer) => {
    answer += bytes.toString('latin1');
  });
  const status = () => /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1];
  const isOver = () => status() !== undefined || socket.destroyed || socket.readableEnded;
  await waitFor('an answer of HTTP', isOver, { seen: () => answer });
  socket.destroy();
  return status() === undefined ? 'no answer' : Number(status());
}

/** Sends the pieces and ends the connection as soon as they are on their way. */
export async function sendAndCut(url: string, ...pieces: readonly (string | Uint8Array)[]): Promise<void> {
  const socket = await sendRaw(url, ...pieces);
  socket.destroySoon();
  await once(socket, 'close');
}

/** The head of a request, with the empty line after it. */
export function requestHead(method: string, path: string, ...headers: readonly string[]): string {
  return [`${method} ${path} HTTP/1.1`, 'Host: relay.test', 'Connection: close', ...headers, '', ''].join(
    '\r\n',
  );
}
