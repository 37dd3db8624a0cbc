import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import * as diskPaths from '../../relay-server/disk-paths.ts';
import { type Database, openDatabase } from '../../relay-server/level-database.ts';
import type { NewEntry, Spool } from '../../relay-server/log-store.ts';
import { LevelLogStore } from '../../relay-server/log-store-leveldb.ts';
import { following, largeFollowing } from './log-store-contract.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { newDocument, randomEntry } from './test-document.ts';

const { roomId } = newDocument();
const other = newDocument().roomId;
const large = randomEntry(limits.chunkBytes + 5);

vi.mock(import('../../relay-server/disk-paths.ts'), async (original) => {
  const paths = await original();
  return { ...paths, syncFolder: vi.fn(paths.syncFolder) };
});

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: LevelLogStore;
let fails = false;

beforeEach(async () => {
  folder = await temporaryFolder();
  fails = false;
  await open();
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

async function open(): Promise<void> {
  store = await LevelLogStore.open({
    folder: folder.path,
    floorBytes: 0,
    openDatabase: async (location) => failing(await openDatabase(location)),
  });
}

/** Writes of it fail while the test says so. */
function failing(database: Database): Database {
  const batch = database.batch.bind(database);
  const instead = (...args: Parameters<typeof batch>) =>
    fails ? Promise.reject(new Error('the disk fails')) : batch(...args);
  Reflect.set(database, 'batch', instead);
  return database;
}

/** A large entry that comes next in the room. */
async function largeNext(): Promise<NewEntry> {
  return await largeFollowing(store, roomId, await store.createRoom(roomId, randomEntry(16)), large);
}

function spoolOf({ body }: NewEntry): Spool {
  if (body.type !== 'spooled') throw new Error('not spooled');
  return body.spool;
}

/** Whether there are files of entries of the room, and what is left in the spool: uploads and notes. */
async function files(): Promise<readonly [entries: number, spool: number]> {
  const count = async (path: string) => (await readdir(join(folder.path, path)).catch(() => [])).length;
  return [await count(`entries/${roomId}`), await count('spool')];
}

async function isReadable(seq: number): Promise<boolean> {
  const blocks = [await store.readPart(roomId, seq, 0), await store.readPart(roomId, seq, limits.chunkBytes)];
  return Buffer.compare(Buffer.concat(blocks), large) === 0;
}

describe('the file of a large entry, which is put into its place before its record is written', () => {
  test('[G1] is there with its record, and the note of it is gone', async () => {
    const entry = await largeNext();
    await store.place(entry);
    expect(await files()).toEqual([1, 1]);
    expect(await store.read(roomId, 0, 1, 1000)).toEqual({ type: 'end' });
    await store.append([entry]);
    await expect.poll(files).toEqual([1, 0]);
    await spoolOf(entry).discard();
    expect(await isReadable(1)).toBe(true);
    await store.close();
    await open();
    expect(await isReadable(1)).toBe(true);
  });

  test('[G1] goes when its record was not written: at once where it is dropped, at the next start after a crash', async () => {
    const entry = await largeNext();
    await store.place(entry);
    await spoolOf(entry).discard();
    expect(await files()).toEqual([0, 0]);
    await store.place(await largeNext());
    await store.close();
    await open();
    expect(await files()).toEqual([0, 0]);
  });

  test('[G1] stays while the database is opened again after another write that failed', async () => {
    const entry = await largeNext();
    const made = await store.createRoom(other, randomEntry(16));
    await store.place(entry);
    fails = true;
    const others = following(other, made, [randomEntry()]);
    await expect(store.append(others)).rejects.toMatchObject({ code: 'store-failed' });
    fails = false;
    expect(await files()).toEqual([1, 1]);
    await store.append([...others, entry]);
    expect(await isReadable(1)).toBe(true);
  });

  test('[G1] goes after its own write failed, and its spool is not there any more', async () => {
    const entry = await largeNext();
    await store.place(entry);
    fails = true;
    await expect(store.append([entry])).rejects.toMatchObject({ code: 'store-failed' });
    fails = false;
    expect((await store.room(roomId))?.head.seq).toBe(0);
    expect(await files()).toEqual([0, 0]);
  });

  test('[G1] moves with its entry to another place in the log', async () => {
    const entry = await largeNext();
    await store.place(entry);
    const record = await store.createRoom(roomId, randomEntry(16));
    const [before] = following(roomId, record, [randomEntry()]);
    if (before === undefined) throw new Error('no entry');
    await store.append([before]);
    const later = { ...entry, seq: 2, logBytes: before.logBytes + large.length };
    await store.place(later);
    await store.append([later]);
    await expect.poll(files).toEqual([1, 0]);
    expect(await isReadable(2)).toBe(true);
  });

  test('[G1] leaves nothing behind where it cannot move to another place; where that is mended, it does', async () => {
    const place = join(folder.path, 'entries', roomId);
    const moved = async () => {
      const entry = await largeNext();
      await store.place(entry);
      await rename(place, `${place}.away`);
      await expect(store.place({ ...entry, seq: 7 })).rejects.toMatchObject({ code: 'store-failed' });
      await rm(place, { recursive: true });
      await rename(`${place}.away`, place);
      return entry;
    };
    const entry = await moved();
    await store.place({ ...entry, seq: 8 });
    await store.append([entry]);
    await expect.poll(files).toEqual([1, 0]);
    await spoolOf(await moved()).discard();
    expect(await files()).toEqual([1, 0]);
    expect(await isReadable(1)).toBe(true);
  });

  test('[G1] leaves nothing behind where it moved, and it is not sure that this lasts', async () => {
    const moved = async () => {
      const entry = await largeNext();
      await store.place(entry);
      vi.mocked(diskPaths.syncFolder).mockRejectedValueOnce(new Error('the disk fails'));
      await expect(store.place({ ...entry, seq: 7 })).rejects.toMatchObject({ code: 'store-failed' });
      return entry;
    };
    await store.append([await moved()]);
    await expect.poll(files).toEqual([1, 0]);
    await spoolOf(await moved()).discard();
    expect(await files()).toEqual([1, 0]);
    expect(await isReadable(1)).toBe(true);
  });

  test('[G1] [A2] is stored with its record though the note of it cannot be removed, which the next opening does', async () => {
    const entry = await largeNext();
    await store.place(entry);
    const [name = ''] = await readdir(join(folder.path, 'spool'));
    const note = join(folder.path, 'spool', name);
    await rm(note);
    await mkdir(note);
    await store.append([entry]);
    expect(await isReadable(1)).toBe(true);
    await store.close();
    await rmdir(note);
    await writeFile(note, '');
    await open();
    expect(await files()).toEqual([1, 0]);
    expect(await isReadable(1)).toBe(true);
  });

  test('[G1] is looked at before the record is written: none refers to what is not there', async () => {
    const entry = await largeNext();
    await store.place(entry);
    await rm(join(folder.path, 'entries', roomId), { recursive: true });
    await expect(store.append([entry])).rejects.toMatchObject({ code: 'store-failed' });
    expect((await store.room(roomId))?.head.seq).toBe(0);
  });
});
