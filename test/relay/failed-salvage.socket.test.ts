import { cp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { roomKey } from '../../relay-server/entry-record.ts';
import { openDatabase } from '../../relay-server/level-database.ts';
import { LevelLogStore } from '../../relay-server/log-store-leveldb.ts';
import { reserveBytes } from '../../relay-server/space-reserve.ts';
import { LevelDatabaseFiles } from './level-database-files.ts';
import { following } from './log-store-contract.ts';
import { SmallDisk } from './small-disk.ts';
import { newDocument, randomEntry } from './test-document.ts';

const mib = 1024 * 1024;

describe('a database that is found damaged while the relay runs, and cannot be copied', () => {
  const damaged = newDocument().roomId;
  const other = newDocument().roomId;
  const told: string[] = [];
  let files: LevelDatabaseFiles;
  let disk: SmallDisk;
  let store: LevelLogStore;
  let onWarning: (line: string) => void;
  let failing: 'nothing' | 'reads of the damaged room' | 'writes';

  beforeAll(async () => {
    files = await LevelDatabaseFiles.make();
  });
  afterAll(() => files.remove());
  beforeEach(async (context) => {
    disk = await SmallDisk.mount(context, 96 * mib);
    await cp(await files.copy(), join(disk.data, 'log'), { recursive: true });
    told.splice(0);
    onWarning = () => {};
    failing = 'nothing';
    store = await LevelLogStore.open({
      folder: disk.data,
      floorBytes: mib,
      openDatabase: openFailing,
      warn: (line) => {
        told.push(line);
        onWarning(line);
      },
    });
    for (const roomId of [damaged, other]) await store.createRoom(roomId, randomEntry(16));
    failing = 'reads of the damaged room';
  });
  afterEach(async () => {
    await store?.close();
    await disk?.unmount();
  });

  /** LevelDB says that the record of one room is in a damaged block, or that the disk fails. */
  async function openFailing(location: string) {
    const database = await openDatabase(location);
    const get = database.get.bind(database);
    Reflect.set(database, 'get', (...args: Parameters<typeof get>) => {
      if (
        failing === 'reads of the damaged room' &&
        Buffer.from(roomKey(damaged)).equals(args[0] as Uint8Array)
      )
        throw Object.assign(new Error('Corruption: bad block'), { code: 'LEVEL_CORRUPTION' });
      return get(...args);
    });
    const batch = database.batch.bind(database);
    Reflect.set(database, 'batch', (...args: Parameters<typeof batch>) => {
      if (failing === 'writes') throw new Error('IO error: the disk fails');
      return batch(...args);
    });
    return database;
  }

  const append = async () => {
    const room = await store.room(other);
    if (room === undefined) throw new Error('the room is gone');
    await store.append(following(other, room, [randomEntry()]));
  };
  const cannotBeRepaired = async () =>
    await expect(store.repair(damaged)).rejects.toMatchObject({ code: 'damaged' });
  const failures = () => told.filter((line) => line.includes('could not be copied'));

  test('[G8] without room for the copy all other rooms go on, and the operator is told once', async () => {
    const unused = join(disk.data, 'log', '999999.ldb');
    await writeFile(unused, '');
    await truncate(unused, 1024 * mib);
    await cannotBeRepaired();
    await append();
    await cannotBeRepaired();
    await append();
    await expect(store.room(damaged)).rejects.toMatchObject({ code: 'damaged' });
    expect(told).toEqual([expect.stringContaining('could not be copied: No space left')]);
    expect((await stat(join(disk.data, 'reserve'))).size).toBe(reserveBytes);
  });

  test('[G8] where the disk fills while it is copied, what was copied goes, and all other rooms go on', async () => {
    onWarning = (line) => {
      if (line.includes('is being copied')) disk.fillAtOnce(mib);
    };
    await cannotBeRepaired();
    await cannotBeRepaired();
    expect(told).toEqual([
      expect.stringContaining('is being copied'),
      expect.stringMatching(/could not be copied: .*no space/iu),
    ]);
    expect((await readdir(disk.data)).filter((name) => name.startsWith('log.salvage'))).toEqual([]);
    await disk.clear();
    await append();
    expect(await store.room(other)).toMatchObject({ head: { seq: 1 } });
  });

  test('[G1] [G8] without an index nothing is opened, since LevelDB would delete it all, and one copy is tried', async () => {
    const tables = (await readdir(join(disk.data, 'log'))).filter((name) => name.endsWith('.ldb'));
    expect(tables.length).toBeGreaterThan(0);
    await rm(join(disk.data, 'log', 'CURRENT'));
    await writeFile(join(disk.data, 'quarantine'), '');
    failing = 'writes';
    await expect(append()).rejects.toMatchObject({ code: 'store-failed' });
    for (let request = 0; request < 3; request++)
      await expect(store.room(other)).rejects.toMatchObject({
        code: 'store-failed',
        message: expect.stringContaining('EEXIST'),
      });
    expect(failures()).toHaveLength(1);
    expect(await readdir(join(disk.data, 'log'))).toEqual(expect.arrayContaining(tables));
  });
});
