import { once } from 'node:events';
import { connect as connectPlain, createServer, type Server, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Addresses, unansweredWorth } from '../../relay-server/addresses.ts';
import { ClientAddresses } from '../../relay-server/client-address.ts';
import { FurtherAddresses, listening, portOf } from '../../relay-server/further-addresses.ts';
import {
  boundUnanswered,
  httpTimes,
  makeHttpServer,
  maxUnansweredRequests,
} from '../../relay-server/http-server.ts';
import { defaultRelayConfig } from '../../relay-server/relay-config.ts';
import { TcpConnections } from '../../relay-server/tcp-connections.ts';
import { readTlsIdentity } from '../../relay-server/tls-identity.ts';
import { waitFor } from '../app/wait-for.ts';
import { TestClock } from './memory-relay.ts';
import { sendRaw } from './raw-http.ts';
import { selfSigned } from './self-signed.ts';
import { temporaryFolder } from './temporary-folder.ts';

const MIB = 1024 * 1024;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

/** What `server` accepts is counted. */
function watched(
  server: Server,
  { perAddress = 100, trusted = [], clock = new TestClock() }: Watching = {},
): TcpConnections {
  const addresses = new Addresses({ ...defaultRelayConfig, connectionsPerAddress: perAddress }, clock);
  const tcp = new TcpConnections({ all: 10_000, perAddress }, new ClientAddresses(trusted), addresses);
  tcp.watch(server);
  return tcp;
}

interface Watching {
  readonly perAddress?: number;
  readonly trusted?: readonly string[];
  readonly clock?: TestClock;
}

/** A connection from there, as the system gives it to a server. */
function accepted(server: Server, remoteAddress: string): Socket {
  const socket = socketOf(remoteAddress);
  server.emit('connection', socket);
  return socket;
}

function socketOf(remoteAddress: string): Socket {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: remoteAddress });
  return socket;
}

describe('connections of TCP', () => {
  test('[G8] the 64 bits of an IPv6 network have the places of one address, IPv4 over IPv6 those of its own', () => {
    const server = createServer();
    watched(server, { perAddress: 2 });
    const isTaken = (address: string) => !accepted(server, address).destroyed;
    const mine = ['2001:db8:0:7::1', '2001:db8:0:7::2', '2001:db8::7:1:0:0:3'].map(isTaken);
    expect(mine).toEqual([true, true, false]);
    const others = ['2001:db8:0:8::1', '192.0.2.1', '::ffff:192.0.2.1', '::ffff:192.0.2.2'].map(isTaken);
    expect(others).toEqual([true, true, true, true]);
    expect(isTaken('::ffff:192.0.2.1')).toBe(false);
  });

  test('[W6] [G8] who connects again and again is ended before the server looks at it; a proxy, and others, are not', async () => {
    const server = createServer();
    let seen = 0;
    server.on('connection', () => {
      seen += 1;
    });
    const clock = new TestClock();
    watched(server, { perAddress: 5, trusted: ['192.0.2.9'], clock });
    const oneAfterAnother = async (address: string, count: number) => {
      seen = 0;
      for (let i = 0; i < count; i++) accepted(server, address).emit('close');
      for (let turns = 0; turns < count; turns++) await nextTurn();
      return seen;
    };
    expect(await oneAfterAnother('192.0.2.1', 100), 'twice the connections it may have').toBe(10);
    expect(await oneAfterAnother('192.0.2.2', 10)).toBe(10);
    expect(await oneAfterAnother('192.0.2.9', 100)).toBe(100);
    clock.pass(20);
    expect(await oneAfterAnother('192.0.2.1', 100), 'two hundred in a second').toBe(4);
  });

  test('[G8] of one network are served one in a turn of the event loop, others and a proxy beside them', async () => {
    const server = createServer();
    const served: string[] = [];
    server.on('connection', ({ remoteAddress = '' }) => served.push(remoteAddress));
    watched(server, { trusted: ['192.0.2.9'] });
    const crowd = Array.from({ length: 10 }, () => accepted(server, '192.0.2.1'));
    expect(served, 'whoever comes first does not wait').toEqual(['192.0.2.1']);
    crowd[4]?.destroy();
    crowd[5]?.emit('error', new Error('reset'));
    for (const address of ['192.0.2.2', '192.0.2.9', '192.0.2.9']) accepted(server, address);
    expect(served.splice(0)).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.9', '192.0.2.9']);
    const inTurns: number[] = [];
    for (let turns = 0; turns < 12; turns++) {
      await nextTurn();
      inTurns.push(served.splice(0).length);
    }
    expect(inTurns, 'all but the one that was gone').toEqual([1, 1, 1, 0, 1, 1, 1, 1, 1, 0, 0, 0]);
    accepted(server, '192.0.2.1');
    expect(served, 'nobody waits any more').toEqual(['192.0.2.1']);
  });

  test('[G8] what came while a connection waited is answered, and TLS begins with it', async () => {
    const { cert, key } = selfSigned(folder.path, 'relay');
    for (const tls of [undefined, await readTlsIdentity({ certFile: cert, keyFile: key })]) {
      const server = makeHttpServer(tls, httpTimes);
      watched(server);
      server.on('request', (_, response) => response.end('here'));
      await listening(server, '127.0.0.1', 0);
      const at = { port: portOf(server), host: '127.0.0.1', rejectUnauthorized: false };
      const clients = Array.from({ length: 20 }, () => {
        const client = tls === undefined ? connectPlain(at) : connect(at);
        client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
        return client;
      });
      const answers = await Promise.all(clients.map(async (client) => (await text(client)).slice(-4)));
      expect(answers).toEqual(clients.map(() => 'here'));
      server.close();
    }
  });

  test('[W6] [G8] of requests that wait for no answer no more are looked at than one too many', async () => {
    const server = makeHttpServer(undefined, httpTimes);
    let looked = 0;
    server.on('request', () => {
      looked += 1;
    });
    let ended = 0;
    boundUnanswered(server, () => ended++);
    await listening(server, '127.0.0.1', 0);
    for (const upgrade of ['', 'Connection: Upgrade\r\nUpgrade: websocket\r\n']) {
      looked = 0;
      const request = 'GET /socket.io/?EIO=4 HTTP/1.1\r\nHost: a\r\n';
      const many =
        `${request}\r\n`.repeat(maxUnansweredRequests + 1) + `${request}${upgrade}\r\n`.repeat(1000);
      const client = await sendRaw(`http://127.0.0.1:${portOf(server)}`, many);
      client.resume();
      await waitFor('the connection to end', () => client.destroyed);
      expect(looked).toBe(maxUnansweredRequests + 1);
    }
    expect(ended).toBe(2);
    server.close();
  });

  test('[W6] [G8] whose connection was ended for that connects less often, unless it is a proxy', () => {
    const server = createServer();
    const clock = new TestClock();
    const tcp = watched(server, { perAddress: unansweredWorth, trusted: ['192.0.2.9'], clock });
    const takenOf = (address: string) => {
      let taken = 0;
      for (let i = 0; i < 3 * unansweredWorth; i++) {
        const socket = accepted(server, address);
        if (!socket.destroyed) taken += 1;
        socket.emit('close');
      }
      return taken;
    };
    for (const address of ['192.0.2.1', '192.0.2.9']) tcp.charge(accepted(server, address));
    expect(takenOf('192.0.2.1')).toBe(unansweredWorth - 1);
    expect(takenOf('192.0.2.2')).toBe(2 * unansweredWorth);
    expect(takenOf('192.0.2.9')).toBe(3 * unansweredWorth);
    for (let i = 0; i < 1000; i++) tcp.charge(socketOf('192.0.2.1'));
    clock.pass(5000);
    expect(takenOf('192.0.2.1'), 'others there are not shut out for long').toBe(0);
    clock.pass(100);
    expect(takenOf('192.0.2.1')).toBe(20);
  });

  test('[W6] [G8] that come too often are ended before there is a socket of them, also at a further address', async () => {
    const server = createServer();
    const sockets: Socket[] = [];
    const tcp = watched(server, { perAddress: 2 });
    server.on('connection', (socket) => sockets.push(socket));
    await listening(server, '127.0.0.1', 0);
    const further = new FurtherAddresses('http', server, (each) => tcp.refuseEarly(each));
    const [url = ''] = await further.open(['127.0.0.2'], 0);
    const from = (port: number, host: string) => connectPlain({ port, host, localAddress: '127.0.0.7' });
    const first = from(portOf(server), '127.0.0.1');
    await waitFor('the first to be taken', () => sockets.length === 1);
    first.destroy();
    for (let i = 0; i < 8; i++) {
      const [port, host] =
        i % 2 === 0 ? [portOf(server), '127.0.0.1'] : [Number(new URL(url).port), '127.0.0.2'];
      const client = from(port, host)
        .on('error', () => {})
        .resume();
      await waitFor('it to be taken or ended', () => client.destroyed || sockets.length === i + 2);
      client.destroy();
    }
    expect(sockets).toHaveLength(4);
    further.close();
    server.close();
  });

  test('[G7] what waits for a client of TLS that does not read is counted, and too much of it ends the connection', async () => {
    const { cert, key } = selfSigned(folder.path, 'relay');
    const server = makeHttpServer(await readTlsIdentity({ certFile: cert, keyFile: key }), httpTimes);
    const tcp = watched(server);
    server.on('request', (_, response) => response.end(Buffer.alloc(40 * MIB)));
    await listening(server, '127.0.0.1', 0);
    const client = connect({ port: portOf(server), host: '127.0.0.1', rejectUnauthorized: false });
    client.on('error', () => {});
    await once(client, 'secureConnect');
    client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const waiting = () => tcp.waiting().reduce((sum, { bytes }) => sum + bytes, 0);
    await waitFor('more to wait than a connection may have', () => waiting() > 10 * MIB, { seen: waiting });
    tcp.cutClogged();
    client.resume();
    await waitFor('the connection to end', () => client.destroyed);
    expect(client.bytesRead).toBeLessThan(40 * MIB);
    await waitFor('nothing to wait', () => tcp.waiting().length === 0);
    server.close();
  });
});
