import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { waitFor } from '../app/wait-for.ts';
import { selfSigned } from '../relay/self-signed.ts';
import { temporaryFolder } from '../relay/temporary-folder.ts';
import { type RelayProcess, startRelay } from './relay-process.ts';
import { residentMiB } from './resident-memory.ts';

const MIB = 1024 * 1024;
const path = '/large.js';
const fileMiB = 12;
/** Far above what a heap grows by itself, far below one copy of the file for each who asks. */
const growthMiB = 150;
const request = `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let web: string;
let relay: RelayProcess | undefined;
const sockets: Socket[] = [];

beforeEach(async () => {
  folder = await temporaryFolder();
  web = join(folder.path, 'web');
  await mkdir(web);
  await writeFile(join(web, path), Buffer.alloc(fileMiB * MIB, '/'));
  await writeFile(join(web, 'small.js'), 'export {};');
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await relay?.kill('SIGKILL');
  relay = undefined;
  await folder.remove();
});

async function start(...args: readonly string[]): Promise<RelayProcess> {
  relay = await startRelay({ data: join(folder.path, 'data'), args: ['--web', web, ...args] });
  return relay;
}

/** A connection that reads nothing until it is told to. */
async function open({ port, url }: RelayProcess): Promise<Socket> {
  const isTls = url.startsWith('https:');
  const socket = isTls
    ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
    : connect(port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  await once(socket, isTls ? 'secureConnect' : 'connect');
  return socket;
}

describe('who asks for files and does not read them', () => {
  test('[G7][G8] thousands of requests in one piece: the connection is ended, and nothing of it is kept', async () => {
    const relay = await start();
    const before = await residentMiB(relay.pid);
    const socket = await open(relay);
    socket.write(request.repeat(2000));
    await waitFor('the connection to end', () => {
      socket.read();
      return socket.destroyed || socket.readableEnded;
    });
    expect((await residentMiB(relay.pid, 'peak')) - before).toBeLessThan(growthMiB);
  });

  test('[G8] a few requests in one piece are answered; without a host they are refused, with a wish they are ended', async () => {
    const relay = await start();
    const asked = async (text: string, complete: (answers: string) => boolean) => {
      const socket = await open(relay);
      let answers = '';
      socket.on('data', (bytes: Buffer) => {
        answers += bytes.toString('latin1');
      });
      socket.write(text);
      await waitFor('the answers', () => complete(answers) || socket.destroyed || socket.readableEnded, {
        seen: () => answers,
      });
      return answers.match(/HTTP\/1\.1 \d+/gu) ?? [];
    };
    const small = request.replace(path, '/small.js');
    expect(await asked(small.repeat(4), (answers) => answers.split('export').length === 5)).toEqual(
      Array(4).fill('HTTP/1.1 200'),
    );
    const nameless = small.replace('Host: a\r\n', '');
    expect(await asked(nameless, (answers) => answers.includes('names no host'))).toEqual(['HTTP/1.1 400']);
    expect(await asked(small.replace('Host', 'Expect: x\r\nHost'), () => false)).toEqual([]);
  });

  for (const isTls of [false, true]) {
    test(`[G7] many who ask for a large file${isTls ? ' over TLS' : ''} share it`, async () => {
      const { cert, key } = selfSigned(folder.path, 'relay');
      const relay = await start(...(isTls ? ['--tls-cert', cert, '--tls-key', key] : []));
      const before = await residentMiB(relay.pid);
      for (let i = 0; i < 60; i++) {
        const socket = await open(relay);
        socket.write(request);
        await once(socket, 'readable');
      }
      expect((await residentMiB(relay.pid, 'peak')) - before).toBeLessThan(growthMiB);
      const { length } = await received(await open(relay));
      expect(length).toBe(fileMiB * MIB);
    });
  }
});

/** The whole file, read by one who reads. */
async function received(socket: Socket): Promise<Buffer> {
  const pieces: Buffer[] = [];
  socket.on('data', (bytes: Buffer) => pieces.push(bytes));
  socket.write(request.replace('Host', 'Connection: close\r\nHost'));
  await once(socket, 'end');
  const answer = Buffer.concat(pieces);
  return answer.subarray(answer.indexOf('\r\n\r\n') + 4);
}
