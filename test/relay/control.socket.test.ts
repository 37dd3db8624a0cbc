import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RelayProcess, startRelay } from '../processes/relay-process.ts';
import { RawMember } from './raw-member.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { newDocument, randomEntry } from './test-document.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let data: string;
let running: RelayProcess[] = [];

beforeEach(async () => {
  folder = await temporaryFolder();
  data = join(folder.path, 'data');
});
afterEach(async () => {
  for (const relay of running) await relay.kill('SIGKILL');
  running = [];
  await folder.remove();
});

async function start(...args: readonly string[]): Promise<RelayProcess> {
  const relay = await startRelay({ data, args });
  running.push(relay);
  return relay;
}

describe('control of a relay on loopback', () => {
  async function ask(relay: RelayProcess, path: string, token: string, body?: object) {
    const response = await fetch(`${relay.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    return { status: response.status, answer };
  }

  test('[G5] only the token opens the network, the choice holds after a restart, and can be taken back', async () => {
    const tokenFile = join(folder.path, 'control-token');
    const args = ['--control-token-file', tokenFile, '--network-address', '127.0.0.2'];
    const relay = await start(...args);
    const token = (await readFile(tokenFile, 'utf8')).trim();
    const { port } = new URL(relay.url);
    const networkUrl = `http://127.0.0.2:${port}`;
    const reachable = async (url: string) =>
      await fetch(`${url}/health`)
        .then((response) => response.ok)
        .catch(() => false);

    expect(await ask(relay, '/control/status', 'guess')).toMatchObject({ status: 401 });
    expect(await ask(relay, '/control/network', 'guess', { open: true })).toMatchObject({ status: 401 });
    expect(await ask(relay, '/control/network', token, { open: 'yes' })).toMatchObject({ status: 400 });
    expect(await ask(relay, '/control/other', token)).toMatchObject({ status: 404 });
    const proxied = { authorization: `Bearer ${token}`, 'x-forwarded-for': '127.0.0.1' };
    expect((await fetch(`${relay.url}/control/status`, { headers: proxied })).status).toBe(403);
    expect(await reachable(networkUrl)).toBe(false);
    const closed = { url: relay.url, networkUrls: [], networkOpen: false };
    expect(await ask(relay, '/control/status', token)).toEqual({ status: 200, answer: closed });

    const open = { url: relay.url, networkUrls: [networkUrl], networkOpen: true };
    expect(await ask(relay, '/control/network', token, { open: true })).toEqual({
      status: 200,
      answer: open,
    });
    const document = newDocument();
    const ann = await RawMember.join(relay.url, document, { create: true });
    const bob = await RawMember.join(networkUrl, document);
    await bob.liveWith(0);
    await ann.appended(1, randomEntry());
    await bob.liveWith(1);
    await relay.kill('SIGTERM');
    await bob.refusal('closing');

    const again = await start(...args);
    const { answer } = await ask(again, '/control/status', token);
    expect(answer).toMatchObject({ networkOpen: true });
    const againUrl = again.url.replace('127.0.0.1', '127.0.0.2');
    expect(await reachable(againUrl)).toBe(true);
    const guest = await RawMember.join(againUrl, document);
    expect(await ask(again, '/control/network', token, { open: false })).toMatchObject({ status: 200 });
    expect(await reachable(againUrl)).toBe(false);
    await guest.closed();
  });

  test('[G8] an address that cannot be had is an error, and the relay goes on', async () => {
    const tokenFile = join(folder.path, 'control-token');
    await writeFile(tokenFile, 'chosen by hand\n');
    const relay = await start('--control-token-file', tokenFile, '--network-address', '203.0.113.7');
    const failed = await ask(relay, '/control/network', 'chosen by hand', { open: true });
    expect(failed).toMatchObject({ status: 500 });
    expect(await ask(relay, '/control/status', 'chosen by hand')).toMatchObject({
      answer: { networkOpen: false },
    });
  });
});
