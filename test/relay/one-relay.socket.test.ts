import { cp, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../relay-server/level-database.ts';
import { LevelLogStore } from '../../relay-server/log-store-leveldb.ts';
import { following } from './log-store-contract.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { newDocument, randomEntry } from './test-document.ts';

describe('two relays on one data folder', () => {
  const { roomId } = newDocument();
  const stores: LevelLogStore[] = [];
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;

  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(async () => {
    await closeAll();
    await folder.remove();
  });

  const closeAll = async () => {
    for (const store of stores.splice(0)) await store.close();
  };
  const open = async (openLog = openDatabase) => {
    const store = await LevelLogStore.open({ folder: folder.path, floorBytes: 0, openDatabase: openLog });
    stores.push(store);
    return store;
  };
  /** Appends an entry, and gives the head then. */
  const append = async (store: LevelLogStore) => {
    const room = (await store.room(roomId)) ?? (await store.createRoom(roomId, randomEntry(16)));
    await store.append(following(roomId, room, [randomEntry()]));
    return (await store.room(roomId))?.head;
  };
  const locked = { code: 'locked', message: expect.stringContaining('Another relay is using the data') };

  test('[G1] while one opens its database again, the other is told that the data is in use', async () => {
    let failing = false;
    let turnedAway: unknown;
    const store = await open(async (location) => {
      if (failing) turnedAway = await open().catch((error: unknown) => error);
      failing = false;
      const database = await openDatabase(location);
      const batch = database.batch.bind(database);
      Reflect.set(database, 'batch', (...args: Parameters<typeof batch>) => {
        if (failing) throw new Error('IO error: the disk fails');
        return batch(...args);
      });
      return database;
    });
    const head = await append(store);
    failing = true;
    await expect(append(store)).rejects.toMatchObject({ code: 'store-failed' });
    expect(turnedAway).toMatchObject(locked);
    expect((await store.room(roomId))?.head).toEqual(head);
  });

  test('[G1] of two that start where a copy of the database is complete, one takes it and the other touches nothing', async () => {
    const head = await append(await open());
    await closeAll();
    const log = join(folder.path, 'log');
    await cp(log, `${log}.salvaged`, { recursive: true });
    const starts = await Promise.allSettled([open(), open()]);
    const [store] = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
    expect(starts.flatMap((start) => (start.status === 'rejected' ? [start.reason] : []))).toEqual([
      expect.objectContaining(locked),
    ]);
    expect((await store?.room(roomId))?.head).toEqual(head);
    expect(await readdir(join(folder.path, 'quarantine'))).toHaveLength(1);
  });

  for (const [what, harm] of [
    ['cut off', (path: string) => truncate(path, 0)],
    ['wrong', (path: string) => writeFile(path, 'nothing that LevelDB has written\n')],
  ] as const) {
    test(`[G8] [G1] where files of the lock are ${what}, a relay starts, and locks`, async () => {
      await append(await open());
      for (const name of ['CURRENT', 'MANIFEST', 'LOCK']) {
        await closeAll();
        const files = await readdir(join(folder.path, 'log.lock'));
        await harm(join(folder.path, 'log.lock', files.find((file) => file.startsWith(name)) ?? 'missing'));
        await open();
        await expect(open()).rejects.toMatchObject(locked);
      }
    });
  }
});
