import { spawnSync } from 'node:child_process';
import { cp, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { formatKey } from '../../relay-server/entry-record.ts';
import { openDatabase } from '../../relay-server/level-database.ts';
import type { LevelRecord } from '../../relay-server/level-record.ts';
import { DatabaseRepairs } from '../../relay-server/level-repair.ts';
import { LevelLogStore } from '../../relay-server/log-store-leveldb.ts';
import { startRelay } from '../processes/relay-process.ts';
import { flip, levelDatabaseOfTests, placeIn, someTable } from './level-database-files.ts';

const everything = Number.POSITIVE_INFINITY;

describe('a damaged LevelDB that is about to be opened', () => {
  const made = levelDatabaseOfTests();

  test('[G8] keys out of order, over which LevelDB’s compaction ends the process, do not end the relay', async () => {
    const { path, file, table } = await someTable(made.location);
    // Of keys that follow each other in a block only the first is whole: it is in front of its value.
    const wholeAt = ({ key, value }: LevelRecord) => {
      const at = placeIn(file, value) - key.length - 8;
      return file.subarray(at).indexOf(Buffer.from(key)) === 0 ? at : undefined;
    };
    file.writeUInt8(
      0xff,
      table.records
        .slice(20)
        .map(wholeAt)
        .find((at) => at !== undefined) ?? -1,
    );
    await writeFile(path, file);

    const compact = `const { ClassicLevel } = require('classic-level');
      const db = new ClassicLevel(process.argv[1], { keyEncoding: 'view', compression: false });
      db.open().then(() => db.compactRange(Uint8Array.of(), Uint8Array.of(255, 255))).then(() => db.close());`;
    const compacted = (at: string) => spawnSync(process.execPath, ['-e', compact, at]);
    const data = join(dirname(made.location), 'data');
    await rm(data, { recursive: true, force: true });
    await cp(made.location, join(data, 'log'), { recursive: true });
    expect(compacted(made.location).signal).toBe('SIGABRT');

    const relay = await startRelay({ data });
    expect(await relay.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(relay.output()).toContain('copied into a fresh one');
    expect(compacted(join(data, 'log'))).toMatchObject({ status: 0, signal: null });
  });

  test('[G1] what a newer relay has written is left alone, damaged or not, and not copied', async () => {
    const database = await openDatabase(made.location);
    await database.put(formatKey, Uint8Array.of(2));
    await database.close();
    await rm(join(made.location, 'CURRENT'));
    const names = await readdir(made.location);
    const folder = dirname(made.location);
    // There is no copy without this folder.
    await writeFile(join(folder, 'quarantine'), '');
    await expect(LevelLogStore.open({ folder, floorBytes: 0 })).rejects.toMatchObject({
      code: 'newer-format',
    });
    expect(await readdir(made.location)).toEqual(expect.arrayContaining(names));
    expect(await readdir(folder)).not.toContain('log.salvage');
  });

  describe('with one wrong byte', () => {
    const timers: (() => void)[] = [];
    let nowMs = 0;
    const clock = {
      now: () => nowMs,
      epochMs: () => 0,
      setTimer: (ring: () => void) => {
        timers.push(ring);
        return () => {};
      },
    };
    const told: string[] = [];
    const repairsOf = (quickCheckBytes: number) =>
      new DatabaseRepairs({
        location: made.location,
        clock,
        giveReserve: async () => {},
        warn: (line) => told.push(line),
        quickCheckBytes,
      });
    /** A start of a process that checks no more than `quickBytes` of tables. */
    const start = async (quickBytes: number) => {
      const repairs = repairsOf(quickBytes);
      await repairs.prepare();
      repairs.opened();
      return repairs;
    };
    /** Where the damaged files go, there is a file: nothing can be copied. */
    const blockCopies = async () => {
      const path = join(dirname(made.location), 'quarantine');
      await writeFile(path, '');
      return () => rm(path);
    };
    beforeEach(async () => {
      await rm(`${made.location}.short-runs`, { force: true });
      timers.splice(0);
      told.splice(0);
      nowMs = 0;
      const { path, file, table } = await someTable(made.location);
      await flip(path, placeIn(file, table.records[50]?.value));
    });

    test('[G8] tables that are quickly read are checked', async () => {
      await start(everything);
      expect(told.join()).toContain('copied into a fresh one');
    });

    test('[G8] all tables are checked after two runs that ended soon and not in order', async () => {
      await start(0);
      await start(0);
      expect(told).toEqual([]);
      await start(0);
      expect(told[0]).toContain('The last 2 runs');
      expect(told.join()).toContain('copied into a fresh one');
    });

    test('[G8] a run that is closed, or goes on for long, is none of them', async () => {
      for (const end of [(repairs: DatabaseRepairs) => repairs.close(), async () => timers.at(-1)?.()]) {
        await start(0);
        await end(await start(0));
        await expect.poll(() => readdir(dirname(made.location))).not.toContain('log.short-runs');
      }
      await start(0);
      expect(told).toEqual([]);
    });

    test('[G8] how long the check takes is no part of the run', async () => {
      const repairs = repairsOf(everything);
      await repairs.prepare();
      expect(timers).toEqual([]);
      repairs.opened();
      expect(timers).toHaveLength(1);
    });

    test('[G8] a check after short runs is made again where the copy that it asked for failed', async () => {
      await start(0);
      await start(0);
      const unblock = await blockCopies();
      const repairs = repairsOf(0);
      await expect(repairs.prepare()).rejects.toMatchObject({ code: 'EEXIST' });
      await repairs.close();
      await unblock();
      told.splice(0);
      await start(0);
      expect(told[0]).toContain('The last 3 runs');
      expect(told.join()).toContain('copied into a fresh one');
    });

    test('[G8] a copy that failed leaves nothing, and is tried again after ten minutes', async () => {
      const repairs = await start(0);
      const unblock = await blockCopies();
      const minuteMs = 60_000;
      for (const atMs of [0, minuteMs, 9 * minuteMs]) {
        nowMs = atMs;
        await expect(repairs.repair()).rejects.toMatchObject({ code: 'EEXIST' });
      }
      expect(told.filter((line) => line.includes('could not be copied'))).toHaveLength(1);
      await unblock();
      nowMs = 10 * minuteMs;
      await repairs.repair();
      expect(told.at(-1)).toMatch(/copied into a fresh one .* where they take \d+ bytes/u);
    });
  });
});
