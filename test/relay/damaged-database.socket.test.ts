import { randomBytes } from 'node:crypto';
import { cp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { entryKey } from '../../relay-server/entry-record.ts';
import type { Provider } from '../../sync/node.ts';
import { RelayOnDisk } from './relay-on-disk.ts';

describe('files of LevelDB that are damaged', () => {
  let relay: RelayOnDisk;

  beforeEach(async () => {
    relay = await RelayOnDisk.start();
  });
  afterEach(async () => {
    await relay.close();
  });

  const documentOf = (copy: Provider) => copy.keys.editId ?? '';
  const files = async (pattern: RegExp) => {
    const names = (await readdir(join(relay.folder, 'log'))).filter((name) => pattern.test(name)).sort();
    return names.map((name) => join(relay.folder, 'log', name));
  };
  const newest = async (pattern: RegExp) => (await files(pattern)).at(-1) ?? '';
  /** About 2 KiB an entry: several of LevelDB's blocks. */
  const filled = async () => {
    const copy = await relay.open();
    for (let entry = 0; entry < 40; entry++) {
      copy.text.insert(copy.text.length, randomBytes(1500).toString('hex'));
      await copy.whenSaved();
    }
    return copy;
  };
  const flip = async (path: string, from: number, bytes: number) => {
    const content = await readFile(path);
    for (let at = from; at < Math.min(from + bytes, content.length); at++)
      content[at] = (content[at] ?? 0) ^ 0x5a;
    await writeFile(path, content);
  };
  /** Changes what LevelDB adds to a key, wherever the whole key of an entry is in a table, its index included. */
  const spoilKeys = async ({ keys: { roomId } }: Provider) => {
    let spoilt = 0;
    for (const path of await files(/\.ldb$/u)) {
      const content = await readFile(path);
      for (let seq = 1; seq <= 40; seq += 7) {
        const at = content.indexOf(entryKey(roomId, seq));
        if (at === -1) continue;
        content[at + entryKey(roomId, seq).length] = 0x5a;
        spoilt += 1;
      }
      await writeFile(path, content);
    }
    return spoilt;
  };
  const keepsAll = async (copy: Provider) => {
    const text = copy.text.toString();
    await relay.shows(copy, text);
    await relay.shows(await relay.open(documentOf(copy)), text);
  };

  for (const part of [0.9999, 0.99, 0.8, 0.5, 0.2, 0]) {
    test(`[G2] [S1] a log cut off at ${100 * part} %: what is missing is noticed, and sent again`, async () => {
      const copy = await filled();
      await relay.stop();
      const path = await newest(/\.log$/u);
      await truncate(path, Math.floor((await readFile(path)).length * part));
      await relay.start();
      await keepsAll(copy);
    });
  }

  for (const part of [0.999, 0.5, 0.2, 0.001]) {
    test(`[G2] [L4] a log with wrong bytes at ${100 * part} %: what is missing is noticed, and sent again`, async () => {
      const copy = await filled();
      await relay.stop();
      const path = await newest(/\.log$/u);
      await flip(path, Math.floor((await readFile(path)).length * part), 4);
      await relay.start();
      await keepsAll(copy);
    });
  }

  const manifest = /^MANIFEST-/u;
  for (const [what, harm] of [
    ['CURRENT is missing', async () => await rm(await newest(/^CURRENT$/u))],
    ['CURRENT is empty', async () => await truncate(await newest(/^CURRENT$/u), 0)],
    ['the manifest is missing', async () => await rm(await newest(manifest))],
    ['the manifest is empty', async () => await truncate(await newest(manifest), 0)],
    ['the manifest has wrong bytes', async () => await flip(await newest(manifest), 10, 20)],
  ] as const) {
    test(`[G1] ${what}: nothing is lost`, async () => {
      const copy = await filled();
      const text = copy.text.toString();
      await copy.close();
      await relay.stop();
      await relay.start();
      await relay.stop();
      await harm();
      await relay.start();
      await relay.shows(await relay.open(documentOf(copy)), text);
      expect(relay.server.relay.damaged.count).toEqual({ rooms: 0, entries: 0 });
    });
  }

  for (const [what, harm] of [
    ['is missing', (path: string) => rm(path)],
    ['is short', async (path: string) => await truncate(path, 40_000)],
    ['has a wrong block', (path: string) => flip(path, 20_000, 9000)],
    ['is all wrong', (path: string) => flip(path, 0, 1e9)],
  ] as const) {
    test(`[L4] [G8] a table that ${what} costs only the rooms in it, and they are sent again`, async () => {
      const copy = await filled();
      await relay.stop();
      await relay.start();
      const table = await newest(/\.ldb$/u);
      const other = await filled();
      const text = other.text.toString();
      await other.close();
      await relay.stop();
      await harm(table);
      await relay.start();
      await relay.shows(await relay.open(documentOf(other)), text);
      expect(relay.warnings.filter((line) => line.includes(`room ${other.keys.roomId}`))).toEqual([]);
      await keepsAll(copy);
      copy.text.insert(0, 'and goes on');
      await keepsAll(copy);
    });
  }

  test('[L4] [G8] a table with keys out of order: what is readable is copied, and once', async () => {
    const [copy, other] = [await filled(), await filled()];
    const text = other.text.toString();
    await other.close();
    await relay.stop();
    await relay.start();
    await relay.stop();
    expect(await spoilKeys(copy)).toBeGreaterThan(0);
    await relay.start();
    await keepsAll(copy);
    await relay.shows(await relay.open(documentOf(other)), text);
    expect(relay.warnings.filter((line) => line.includes('is being copied'))).toHaveLength(1);
    expect(relay.warnings.filter((line) => line.includes('copied into a fresh one'))).toHaveLength(1);
    expect(relay.warnings.filter((line) => line.includes(`room ${other.keys.roomId}`))).toEqual([]);
    expect(
      (await readdir(join(relay.folder, 'quarantine'))).filter((name) => name.startsWith('log-')),
    ).toHaveLength(1);
    const told = relay.warnings.length;
    await relay.stop();
    await relay.start();
    copy.text.insert(0, 'and goes on');
    await keepsAll(copy);
    expect(relay.warnings.slice(told).filter((line) => line.includes('is being copied'))).toEqual([]);
  });

  for (const [cut, interrupt] of [
    ['before the copy is complete', (log: string) => cp(log, `${log}.salvage`, { recursive: true })],
    [
      'before the damaged files are put away',
      (log: string) => cp(log, `${log}.salvaged`, { recursive: true }),
    ],
    ['before the copy takes their place', (log: string) => rename(log, `${log}.salvaged`)],
  ] as const) {
    test(`[G1] a copying that was cut off ${cut} loses nothing`, async () => {
      const copy = await filled();
      const text = copy.text.toString();
      await copy.close();
      await relay.stop();
      await interrupt(join(relay.folder, 'log'));
      await relay.start();
      await relay.shows(await relay.open(documentOf(copy)), text);
      expect(relay.server.relay.damaged.count).toEqual({ rooms: 0, entries: 0 });
      expect(await readdir(relay.folder)).not.toContain('log.salvaged');
    });
  }
});
