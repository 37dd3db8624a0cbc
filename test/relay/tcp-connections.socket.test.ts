import { once } from 'node:events';
import { createServer, Socket } from 'node:net';
import { connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ClientAddresses } from '../../relay-server/client-address.ts';
import { listening, portOf } from '../../relay-server/further-addresses.ts';
import { httpTimes, makeHttpServer } from '../../relay-server/http-server.ts';
import { TcpConnections } from '../../relay-server/tcp-connections.ts';
import { readTlsIdentity } from '../../relay-server/tls-identity.ts';
import { waitFor } from '../app/wait-for.ts';
import { selfSigned } from './self-signed.ts';
import { temporaryFolder } from './temporary-folder.ts';

const MIB = 1024 * 1024;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

describe('connections of TCP', () => {
  test('[G8] the 64 bits of an IPv6 network have the places of one address, IPv4 over IPv6 those of its own', () => {
    const server = createServer();
    new TcpConnections({ all: 100, perAddress: 2 }, new ClientAddresses([])).watch(server);
    const isTaken = (remoteAddress: string) => {
      const socket = new Socket();
      Object.defineProperty(socket, 'remoteAddress', { value: remoteAddress });
      server.emit('connection', socket);
      return !socket.destroyed;
    };
    const mine = ['2001:db8:0:7::1', '2001:db8:0:7::2', '2001:db8::7:1:0:0:3'].map(isTaken);
    expect(mine).toEqual([true, true, false]);
    const others = ['2001:db8:0:8::1', '192.0.2.1', '::ffff:192.0.2.1', '::ffff:192.0.2.2'].map(isTaken);
    expect(others).toEqual([true, true, true, true]);
    expect(isTaken('::ffff:192.0.2.1')).toBe(false);
  });

  test('[G7] what waits for a client of TLS that does not read is counted, and too much of it ends the connection', async () => {
    const { cert, key } = selfSigned(folder.path, 'relay');
    const server = makeHttpServer(await readTlsIdentity({ certFile: cert, keyFile: key }), httpTimes);
    const tcp = new TcpConnections({ all: 100, perAddress: 100 }, new ClientAddresses([]));
    tcp.watch(server);
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
