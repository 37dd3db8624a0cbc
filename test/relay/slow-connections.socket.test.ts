import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { encodeClientMessage } from '../../protocol/client-messages.ts';
import { encodeFrame } from '../../protocol/frame-parser.ts';
import { waitFor } from '../app/wait-for.ts';
import { ListeningRelay } from './listening-relay.ts';
import { RawPolling } from './raw-polling.ts';
import { opcodes, RawWebSocket } from './raw-web-socket.ts';
import { joinOf, newDocument, randomEntry } from './test-document.ts';

/** As the relay's own, a hundred times as fast. */
const times = { headersMs: 300, requestMs: 600, idleMs: 600, checkEveryMs: 50 };

let relay: ListeningRelay;
const sockets: Socket[] = [];
const trickles: NodeJS.Timeout[] = [];

afterEach(async () => {
  for (const trickle of trickles.splice(0)) clearInterval(trickle);
  for (const socket of sockets.splice(0)) socket.destroy();
  await relay.close();
});

async function open(): Promise<Socket> {
  const { hostname, port } = new URL(relay.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  socket.resume();
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

/** Sends `text` byte by byte, so slowly that it never ends; the last byte is repeated. */
function trickle(socket: Socket, text: string): void {
  let at = 0;
  const send = () => {
    if (!socket.destroyed) socket.write(text[Math.min(at++, text.length - 1)] ?? '');
  };
  trickles.push(setInterval(send, 20));
}

async function closed(socket: Socket): Promise<void> {
  await waitFor('the relay to end the connection', () => socket.destroyed || socket.readableEnded);
}

describe('clients that say next to nothing', () => {
  test('[W6] [G8] headers or a body that never end, requests that never begin: ended, while others are served', async () => {
    relay = await ListeningRelay.start({ times });
    const polling = await RawPolling.opened(relay.url);
    const [silent, headers, upgrade, body] = [await open(), await open(), await open(), await open()];
    trickle(headers, `GET /health HTTP/1.1\r\nHost: ${relay.url}\r\nX-A: a`);
    trickle(upgrade, 'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nUpgrade: websocket\r\nX-A: a');
    const { path } = polling;
    body.write(
      `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 100000\r\n\r\n`,
    );
    trickle(body, '4');
    const ann = await relay.join(newDocument(), { create: true });
    for (const socket of [silent, headers, upgrade, body]) await closed(socket);
    expect(await ann.appended(1, randomEntry())).toBe(1);
    expect(ann.closeReason).toBeUndefined();
  });

  test('[G8] an upgrade on another path, and one without a handshake of WebSocket, are ended', async () => {
    relay = await ListeningRelay.start({ times });
    const [other, none] = [await open(), await open()];
    const upgrade = 'HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
    other.write(`GET /other ${upgrade}`);
    none.write(`GET /socket.io/?EIO=4&transport=websocket ${upgrade}`);
    await closed(other);
    await closed(none);
  });

  test('[W6] [G8] a session that never connects, over either transport, is ended', async () => {
    relay = await ListeningRelay.start({ config: { joinWithinMs: 300 } });
    const polling = await RawPolling.opened(relay.url);
    const raw = await RawWebSocket.open(relay.url);
    await raw.ended();
    await waitFor('the session to end', async () => (await polling.poll()).status === 400);
    expect(relay.server.sessions).toBe(0);
  });

  test('[G8] a frame that claims 20 MB ends the connection before any of it came', async () => {
    relay = await ListeningRelay.start();
    for (const opcode of [opcodes.binary, opcodes.text]) {
      const raw = await RawWebSocket.greeted(relay.url);
      raw.frame(opcode, new Uint8Array(10), true, 20_000_000);
      await raw.ended();
      expect(raw.closeCode).toBe(1009);
    }
    const huge = await RawWebSocket.greeted(relay.url);
    huge.frame(opcodes.binary, new Uint8Array(10), true, 2 ** 52);
    await huge.ended();
    expect(huge.closeCode).toBe(1009);
  });

  test('[G8] 20 MB in fragments or in one POST are not taken', async () => {
    relay = await ListeningRelay.start();
    const raw = await RawWebSocket.greeted(relay.url);
    const piece = new Uint8Array(100_000);
    raw.frame(opcodes.binary, piece, false);
    for (let sent = 1; sent < 200; sent++) raw.frame(opcodes.continuation, piece, sent === 199);
    await raw.ended();
    const tiny = await RawWebSocket.greeted(relay.url);
    tiny.frame(opcodes.binary, piece.subarray(0, 1), false);
    for (let sent = 1; sent < 30_000; sent++) tiny.frame(opcodes.continuation, piece.subarray(0, 1), false);
    await tiny.ended();
    const polling = await RawPolling.opened(relay.url);
    expect(await polling.post('4'.repeat(20_000_000))).toBe(413);
    const ann = await relay.join(newDocument(), { create: true });
    expect(await ann.appended(1, randomEntry())).toBe(1);
  });

  test('[G7] one that is refused and does not read counts with what waits for it until its connection is over', async () => {
    relay = await ListeningRelay.start({ config: { readerBudgetBytes: 64 * 1024 * 1024 } });
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    // Less than what ends the connection.
    const entries = 20;
    for (let ref = 1; ref <= entries; ref++) await ann.appended(ref, randomEntry(64_000));
    ann.close();
    const read = relay.store.read.bind(relay.store);
    let asked = 0;
    relay.store.read = (roomId, after, last, bytes) => {
      asked = after + 1;
      return read(roomId, after, last, bytes);
    };
    const accepted: Socket[] = [];
    const note = (message: unknown) => {
      if (typeof message === 'object' && message !== null && 'socket' in message)
        if (message.socket instanceof Socket) accepted.push(message.socket);
    };
    subscribe('net.server.socket', note);
    const raw = await RawWebSocket.greeted(relay.url);
    unsubscribe('net.server.socket', note);
    const [hello] = raw.messages;
    if (hello?.event !== 'hello') throw new Error('no hello');
    // As a system does that takes no more for it, however much this one would.
    expect(accepted).toHaveLength(1);
    accepted[0]?.cork();
    const { nonce } = hello.message;
    const message = joinOf(document, { nonce, host: new URL(relay.url).host, role: 'view' });
    raw.binary(encodeFrame('join', encodeClientMessage({ event: 'join', message })));
    await waitFor('all of the log to be sent', () => asked === entries, { seen: () => asked });
    expect(relay.server.connections).toBe(1);
    raw.binary(Uint8Array.of(1));
    await waitFor('the member to be refused', () => relay.server.relay.openRooms === 0);
    expect([relay.server.connections, relay.server.sessions]).toEqual([1, 1]);
    raw.close();
    await waitFor('the connection to end', () => relay.server.connections + relay.server.sessions === 0);
  });

  test('[G8][W6] sessions without a connect that hold all places make room for another address', async () => {
    const config = { maxUnjoined: 6, unjoinedPerAddress: 6, joinWithinMs: 600_000 };
    relay = await ListeningRelay.start({ config, trustedProxies: ['127.0.0.1'] });
    const from = (address: string) => RawPolling.open(relay.url, { 'X-Forwarded-For': address });
    for (const address of ['192.0.2.1', '192.0.2.2'].flatMap((each) => [each, each, each]))
      expect(typeof (await from(address))).toBe('object');
    expect(await from('192.0.2.1')).toBe(403);
    expect(await from('192.0.2.2')).toBe(403);
    expect(typeof (await from('192.0.2.3'))).toBe('object');
    expect(relay.server.sessions).toBe(6);
  });

  test('[W6] [G8] connections of TCP and sessions beyond those of an address are ended, and places become free again', async () => {
    // Nothing but their number ends connections here.
    const forever = { headersMs: 600_000, requestMs: 600_000, idleMs: 600_000 };
    const config = { connectionsPerAddress: 8, unjoinedPerAddress: 1, joinWithinMs: 600_000 };
    relay = await ListeningRelay.start({ times: forever, config });
    const sessions = [];
    for (let i = 0; i < 8; i++) sessions.push(await RawWebSocket.open(relay.url));
    // The ninth waits for the pace of one address, the tenth finds no place.
    const isLetIn = async () => typeof (await RawPolling.open(relay.url)) === 'object';
    await waitFor('the ninth to be let in', isLetIn);
    expect(relay.server.sessions).toBe(9);
    expect(await RawPolling.open(relay.url)).toBe(403);
    sessions[0]?.close();
    await waitFor('a place to be free', () => relay.server.sessions === 8);
    await waitFor('the next to be let in', isLetIn);
    for (let i = 0; i < 18; i++) await open();
    const ended = () => sockets.filter((socket) => socket.destroyed || socket.readableEnded).length;
    await waitFor('those beyond 18 to be ended', () => ended() >= 7);
    for (const session of sessions) session.close();
  });
});
