import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { limits } from '../../protocol/limits.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import { LevelLogStore } from '../../relay-server/log-store-leveldb.ts';
import { waitFor } from '../app/wait-for.ts';
import { type RelayProcess, runRelay, startRelay } from '../processes/relay-process.ts';
import { RawMember } from './raw-member.ts';
import { temporaryFolder } from './temporary-folder.ts';
import type { TestDocument } from './test-document.ts';
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

/** The document's log as another process finds it on disk, after the relay has ended. */
async function logOnDisk(document: TestDocument): Promise<Uint8Array[]> {
  const store = await LevelLogStore.open({ folder: data, floorBytes: 0 });
  try {
    const room = await store.room(document.roomId);
    const entries: Uint8Array[] = [];
    while (room !== undefined && entries.length < room.head.seq) {
      const slice = await store.read(document.roomId, entries.length, room.head.seq, limits.chunkBytes);
      if (slice.type === 'end') throw new Error(`the log ends after ${entries.length} of ${room.head.seq}`);
      if (slice.type === 'entries') entries.push(...slice.entries);
      else entries.push(await largeEntry(store, document, slice.seq, slice.total));
    }
    return entries;
  } finally {
    await store.close();
  }
}

async function largeEntry(store: LevelLogStore, { roomId }: TestDocument, seq: number, total: number) {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < total; at += limits.chunkBytes) blocks.push(await store.readPart(roomId, seq, at));
  return new Uint8Array(Buffer.concat(blocks));
}

describe('the relay as a process', () => {
  test('[G1] it prints one line with its URL, and after SIGTERM everything is on disk and the exit is 0', async () => {
    const relay = await start();
    expect(relay.output()).toBe(`Inkroom relay listening on ${relay.url} (data in ${data})\n`);
    const health: unknown = await (await fetch(`${relay.url}/health`)).json();
    expect(health).toMatchObject({
      name: 'inkroom-relay',
      protocol: PROTOCOL_VERSION,
      instance: expect.any(String),
    });
    const document = newDocument();
    const ann = await RawMember.join(relay.url, document, { create: true });
    const entries = Array.from({ length: 50 }, () => randomEntry());
    for (const [i, entry] of entries.entries()) ann.append(i, entry);
    await ann.ack(0);
    expect(await relay.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    await ann.refusal('closing');
    await ann.closed();
    const log = await logOnDisk(document);
    const acked = [...ann.acks()];
    expect(acked.length).toBeGreaterThan(0);
    for (const [ref, seq] of acked) expect(log[seq - 1]).toEqual(entries[ref]);
    expect(relay.output().split('\n')).toHaveLength(2);
  });

  test('[G7] a client that does not read does not keep the relay from ending', async () => {
    const relay = await start();
    const ann = await RawMember.join(relay.url, newDocument(), { create: true });
    const transport: unknown = Reflect.get(ann.socket.io.engine.transport, 'ws');
    const tcp: unknown =
      typeof transport === 'object' && transport !== null && Reflect.get(transport, '_socket');
    if (typeof tcp === 'object' && tcp !== null && 'pause' in tcp && typeof tcp.pause === 'function')
      tcp.pause();
    const begun = performance.now();
    expect(await relay.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(performance.now() - begun).toBeLessThan(5000);
    ann.close();
  });

  test('[S1][G1] after a restart a cursor gets its delta, and the log is what it was', async () => {
    const document = newDocument();
    const first = await start();
    const ann = await RawMember.join(first.url, document, { create: true });
    const large = randomEntry(200_000);
    await ann.appended(1, randomEntry());
    await ann.upload(2, large);
    await ann.ack(2);
    await ann.liveWith(2);
    const joined = ann.last('joined');
    if (joined === undefined) throw new Error('not joined');
    const cursor = ann.cursor(joined.from);
    await first.kill('SIGTERM');
    const second = await start();
    const again = await RawMember.join(second.url, document, { cursor });
    expect(again.last('joined')).toMatchObject({
      start: 'delta',
      from: cursor,
      head: cursor,
      streamBytes: 0,
    });
    await again.appended(3, randomEntry());
    const late = await RawMember.join(second.url, document, { role: 'view' });
    await late.liveWith(3);
    expect(late.entries.get(2)).toEqual(large);
    expect(late.cursor(joined.from)).toEqual(late.last('live'));
    again.close();
    late.close();
  });

  test('[G2] killed at any moment, again and again, it has every acknowledged entry once, in its place', async () => {
    const document = newDocument();
    const acked = new Map<number, Uint8Array>();
    const rounds = 6;
    let ref = 0;
    for (let round = 0; round < rounds; round++) {
      const relay = await start();
      const ann = await RawMember.join(relay.url, document, { create: round === 0 });
      const sent = new Map<number, Uint8Array>();
      const wanted = 5 + round * 7;
      const take = () => {
        for (const [each, seq] of ann.acks()) {
          const entry = sent.get(each);
          if (entry !== undefined) acked.set(seq, entry);
        }
      };
      const large = randomEntry(300_000);
      sent.set(++ref, large);
      const uploading = ann.upload(ref, large).catch(() => {});
      await waitFor(
        `${wanted} acknowledgements`,
        () => {
          for (let i = 0; i < 4 && sent.size < ann.acks().size + 40; i++) {
            const entry = randomEntry(50 + ((ref * 37) % 3000));
            sent.set(++ref, entry);
            ann.append(ref, entry);
          }
          return ann.acks().size >= wanted;
        },
        { seen: () => ann.describe() },
      );
      expect(await relay.kill('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
      await ann.closed();
      await uploading;
      take();
    }
    const log = await logOnDisk(document);
    for (const [seq, entry] of acked) expect(log[seq - 1]).toEqual(entry);
    const hashes = log.map((entry) => Buffer.from(entry).toString('base64'));
    expect(new Set(hashes).size).toBe(log.length);
    expect(acked.size).toBeGreaterThan(rounds * 5);
    const spool = await readdir(join(data, 'spool'));
    expect(spool).toEqual([]);
  });

  test('[G8] data in use, a port in use and wrong options are told in a sentence, each with its exit code', async () => {
    const relay = await start();
    const { port } = new URL(relay.url);
    const locked = await runRelay(['--port', '0', '--data', data]);
    expect(locked).toMatchObject({
      code: 3,
      output: expect.stringContaining('Another relay is using the data'),
    });
    const inUse = await runRelay(['--port', port, '--data', join(folder.path, 'other')]);
    expect(inUse).toMatchObject({
      code: 1,
      output: expect.stringContaining(`Port ${port} of 127.0.0.1 is in use`),
    });
    for (const args of [['--port', 'many'], ['--port', '70000'], ['--data', ''], ['--colour'], ['extra']]) {
      const wrong = await runRelay(args);
      expect(wrong.code).toBe(2);
      expect(wrong.output).toMatch(/^[^\n]+\. See --help\.\n$/u);
    }
    const help = await runRelay(['--help']);
    expect(help.code).toBe(0);
    for (const option of ['--port', '--host', '--data', '--token', '--public-host', '--polling-only']) {
      expect(help.output).toContain(option);
    }
    expect(await runRelay(['--version'])).toMatchObject({
      code: 0,
      output: `inkroom-relay ${packageJson.version}\n`,
    });
  });

  test('[J6] the access token comes from a file, where nobody sees it in a list of processes', async () => {
    const tokenFile = join(folder.path, 'token');
    await writeFile(tokenFile, 'sesame\n');
    const relay = await start('--token-file', tokenFile);
    const member = await RawMember.connect(relay.url);
    member.sendJoin(newDocument(), { create: true, token: 'sesam' });
    await member.refusal('token-required');
    member.close();
    const other = await RawMember.join(relay.url, newDocument(), { create: true, token: 'sesame' });
    other.close();
  });

  test('[J6] a token file that is missing or empty, or holds more than clients send, keeps the relay from starting', async () => {
    const tokenFile = join(folder.path, 'token');
    const run = () => runRelay(['--port', '0', '--data', data, '--token-file', tokenFile]);
    expect(await run()).toMatchObject({ code: 1, output: expect.stringContaining('ENOENT') });
    await writeFile(tokenFile, '\n');
    expect(await run()).toMatchObject({ code: 1, output: `${tokenFile} is empty.\n` });
    await writeFile(tokenFile, 'x'.repeat(limits.tokenChars + 1));
    expect(await run()).toMatchObject({
      code: 1,
      output: expect.stringContaining(`longer than ${limits.tokenChars}`),
    });
  });

  test('[G7] a limit of the command line is the limit of the relay', async () => {
    const relay = await start('--max-connections', '2');
    const members = [await RawMember.connect(relay.url), await RawMember.connect(relay.url)];
    const third = RawMember.start(relay.url);
    await third.refusal('too-busy');
    for (const member of [...members, third]) member.close();
  });

  test('[J6] a relay started with a token lets nobody in without it', async () => {
    const relay = await start('--token', 'sesame');
    const member = await RawMember.connect(relay.url);
    member.sendJoin(newDocument(), { create: true });
    await member.refusal('token-required');
    member.close();
  });
});
