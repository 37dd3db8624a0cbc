import { cp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import { LevelLogStore } from '../../relay-server/log-store-leveldb.ts';
import { reserveBytes } from '../../relay-server/space-reserve.ts';
import { flip, levelDatabaseOfTests, placeIn, someTable } from './level-database-files.ts';
import { SmallDisk } from './small-disk.ts';
import { newDocument } from './test-document.ts';

const mib = 1024 * 1024;

describe('a damaged LevelDB on a disk that has no room for a copy', () => {
  const made = levelDatabaseOfTests();

  test('[G1] without room for a copy nothing is changed, and the store opens when there is some', async (context) => {
    const disk = await SmallDisk.mount(context, 48 * mib);
    try {
      await cp(made.location, join(disk.data, 'log'), { recursive: true });
      await rm(join(disk.data, 'log', 'CURRENT'));
      await disk.fillUpTo(mib);
      const names = await readdir(join(disk.data, 'log'));
      const options = { folder: disk.data, floorBytes: 0 };
      await expect(LevelLogStore.open(options)).rejects.toMatchObject({ code: 'disk-full' });
      expect(await readdir(join(disk.data, 'log'))).toEqual(expect.arrayContaining(names));
      await disk.fillUpTo(30 * mib);
      await (await LevelLogStore.open(options)).close();
      expect(await readdir(disk.data)).toContain('quarantine');
    } finally {
      await disk.unmount();
    }
  });

  test('[G8] without room for a copy a database with wrong bytes in a table is opened as it is, unless it has just ended runs', async (context) => {
    const disk = await SmallDisk.mount(context, 48 * mib);
    const told: string[] = [];
    const open = () =>
      LevelLogStore.open({ folder: disk.data, floorBytes: 0, warn: (line) => told.push(line) });
    try {
      const { path, file, table } = await someTable(made.location);
      await flip(path, placeIn(file, table.records[50]?.value));
      await cp(made.location, join(disk.data, 'log'), { recursive: true });
      await disk.fillUpTo(5 * mib);
      const store = await open();
      const [key = '', value] = [...made.files.content].at(-1) ?? [];
      const seq = Number.parseInt(key.slice(-16), 16);
      const { roomId } = newDocument('files');
      const slice = await store.read(roomId, seq - 1, seq, limits.chunkBytes);
      expect(slice).toMatchObject({ firstSeq: seq });
      const [entry = Buffer.from('no entry')] = slice.type === 'entries' ? slice.entries : [];
      expect(value?.includes(Buffer.from(entry))).toBe(true);
      await store.close();
      expect(told).toEqual([expect.stringContaining('could not be copied: No space left')]);
      expect(await readdir(disk.data)).not.toContain('log.short-runs');

      await writeFile(join(disk.data, 'log.short-runs'), '2');
      await expect(open()).rejects.toMatchObject({ code: 'disk-full' });
      expect(await readdir(disk.data)).toContain('log.short-runs');
    } finally {
      await disk.unmount();
    }
  });

  test('[G7] where the disk fills while it is copied, what was copied goes', async (context) => {
    const disk = await SmallDisk.mount(context, 48 * mib);
    try {
      await cp(made.location, join(disk.data, 'log'), { recursive: true });
      await rm(join(disk.data, 'log', 'CURRENT'));
      const warn = (line: string) => {
        if (line.includes('is being copied')) disk.fillAtOnce(mib);
      };
      const opening = LevelLogStore.open({ folder: disk.data, floorBytes: 0, warn });
      await expect(opening).rejects.toThrow(/no space/iu);
      expect(await readdir(disk.data)).not.toContain('log.salvage');
    } finally {
      await disk.unmount();
    }
  });

  test('[G7] the reserve is given for a copy where it is what is missing, and not otherwise', async (context) => {
    const disk = await SmallDisk.mount(context, 48 * mib);
    try {
      await cp(made.location, join(disk.data, 'log'), { recursive: true });
      await rm(join(disk.data, 'log', 'CURRENT'));
      const reserve = join(disk.data, 'reserve');
      const options = { folder: disk.data, floorBytes: mib };
      const huge = join(disk.data, 'log', '999999.ldb');
      await writeFile(reserve, new Uint8Array(reserveBytes));
      await writeFile(huge, '');
      // A hole takes no space on the disk.
      await truncate(huge, 1024 * mib);
      await disk.fillUpTo(5 * mib);
      await expect(LevelLogStore.open(options)).rejects.toMatchObject({ code: 'disk-full' });
      expect(await readdir(disk.data)).toContain('reserve');
      await rm(huge);
      await (await LevelLogStore.open(options)).close();
      expect(await readdir(disk.data)).not.toContain('reserve');
      expect(await readdir(disk.data)).toContain('quarantine');
    } finally {
      await disk.unmount();
    }
  });
});
