import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import * as record from '../../relay-server/entry-record.ts';
import { openDatabase } from '../../relay-server/level-database.ts';
import type { LevelLogStoreOptions } from '../../relay-server/log-store-leveldb.ts';
import { LevelLogStore } from '../../relay-server/log-store-leveldb.ts';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import { waitFor } from '../app/wait-for.ts';
import { describeLogStore, following, largeFollowing } from './log-store-contract.ts';
import { MemoryRelay } from './memory-relay.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { newDocument, randomEntry } from './test-document.ts';

describeLogStore('memory', async () => ({
  store: new MemoryLogStore(),
  reopened: undefined,
  remove: async () => {},
}));

describeLogStore('LevelDB', async () => {
  const folder = await temporaryFolder();
  const open = () => LevelLogStore.open({ folder: folder.path, floorBytes: 0 });
  return { store: await open(), reopened: open, remove: () => folder.remove() };
});

describe('the LevelDB store on a disk that fails', () => {
  const { roomId } = newDocument();
  const firstMark = randomEntry(16);
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let store: LevelLogStore | undefined;

  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(async () => {
    await store?.close();
    store = undefined;
    await folder.remove();
  });

  async function open(options: Omit<LevelLogStoreOptions, 'folder'> = {}): Promise<LevelLogStore> {
    store = await LevelLogStore.open({ folder: folder.path, floorBytes: 0, ...options });
    return store;
  }

  async function changeDatabase(
    change: (database: Awaited<ReturnType<typeof openDatabase>>) => Promise<void>,
  ) {
    await store?.close();
    const database = await openDatabase(join(folder.path, 'log'));
    await change(database);
    await database.close();
  }

  test('[G8] an append does not wait for five hundred rooms that are made at once', async () => {
    let writes = 0;
    const first = await open({
      openDatabase: async (location) => {
        const database = await openDatabase(location);
        database.on('write', () => {
          writes += 1;
        });
        return database;
      },
    });
    const made = await first.createRoom(roomId, firstMark);
    const rooms = Array.from({ length: 500 }, () => newDocument().roomId);
    const creations = rooms.map((room) => first.createRoom(room, randomEntry(16)));
    writes = 0;
    await first.append(following(roomId, made, [randomEntry()]));
    expect(writes).toBeLessThanOrEqual(3);
    const records = await Promise.all(creations);
    expect(writes).toBeLessThanOrEqual(18);
    const twice = newDocument().roomId;
    const both = await Promise.all(
      [randomEntry(16), randomEntry(16)].map((mark) => first.createRoom(twice, mark)),
    );
    expect(both[0]).toEqual(both[1]);
    await first.close();
    const second = await open();
    expect(await Promise.all(rooms.map((room) => second.room(room)))).toEqual(records);
    expect(await second.room(twice)).toEqual(both[0]);
  });

  test('[G1] a damaged entry is an error, and its neighbours are read', async () => {
    const first = await open();
    const entries = [randomEntry(), randomEntry(), randomEntry()];
    await first.append(following(roomId, await first.createRoom(roomId, firstMark), entries));
    await changeDatabase(async (database) => {
      const key = record.entryKey(roomId, 2);
      const value = new Uint8Array((await database.get(key)) ?? []);
      value[value.length - 1] = (value.at(-1) ?? 0) ^ 1;
      await database.put(key, value);
    });
    const again = await open();
    await expect(again.read(roomId, 1, 3, 1000)).rejects.toMatchObject({ code: 'damaged' });
    await expect(again.position(roomId, 2)).rejects.toMatchObject({ code: 'damaged' });
    expect(await again.read(roomId, 0, 1, 1000)).toMatchObject({ entries: [entries[0]] });
    expect(await again.read(roomId, 2, 3, 1000)).toMatchObject({ entries: [entries[2]] });
    expect((await again.recent(roomId, 3)).map(({ seq }) => seq)).toEqual([3, 1]);
  });

  test('[G1] a damaged or short file of a large entry is an error', async () => {
    const first = await open();
    const large = randomEntry(2 * limits.chunkBytes);
    const made = await first.createRoom(roomId, firstMark);
    await first.append([await largeFollowing(first, roomId, made, large)]);
    const [name = ''] = await readdir(join(folder.path, 'entries', roomId));
    const path = join(folder.path, 'entries', roomId, name);
    const content = await readFile(path);
    content[limits.chunkBytes] = (content[limits.chunkBytes] ?? 0) ^ 1;
    await writeFile(path, content);
    expect(Buffer.compare(await first.readPart(roomId, 1, 0), large.subarray(0, limits.chunkBytes))).toBe(0);
    await expect(first.readPart(roomId, 1, limits.chunkBytes)).rejects.toMatchObject({ code: 'damaged' });
    await writeFile(path, content.subarray(0, 100));
    await expect(first.readPart(roomId, 1, 0)).rejects.toMatchObject({ code: 'damaged' });
  });

  test('[G1] a gap in the log ends the read before it', async () => {
    const first = await open();
    const entries = [randomEntry(), randomEntry(), randomEntry()];
    await first.append(following(roomId, await first.createRoom(roomId, firstMark), entries));
    await changeDatabase((database) => database.del(record.entryKey(roomId, 2)));
    const again = await open();
    expect(await again.read(roomId, 0, 3, 1000)).toMatchObject({ firstSeq: 1, entries: [entries[0]] });
    expect(await again.read(roomId, 1, 3, 1000)).toEqual({ type: 'end' });
  });

  test('[G1] after a failed write the store is opened again and takes appends', async () => {
    let failing = false;
    let opened = 0;
    store = await LevelLogStore.open({
      folder: folder.path,
      floorBytes: 0,
      openDatabase: async (location) => {
        opened += 1;
        const database = await openDatabase(location);
        const batch = database.batch.bind(database);
        Reflect.set(database, 'batch', (...args: Parameters<typeof batch>) => {
          if (failing) throw new Error('IO error: No space left on device');
          return batch(...args);
        });
        return database;
      },
    });
    const made = await store.createRoom(roomId, firstMark);
    const [first, second] = [randomEntry(), randomEntry()];
    await store.append(following(roomId, made, [first]));
    failing = true;
    const after = await store.room(roomId);
    if (after === undefined) throw new Error('the room is gone');
    await expect(store.append(following(roomId, after, [second]))).rejects.toMatchObject({
      code: 'disk-full',
    });
    const large = await largeFollowing(store, roomId, after, randomEntry(limits.chunkBytes + 1));
    await expect(store.append([large])).rejects.toMatchObject({ code: 'disk-full' });
    expect(await readdir(join(folder.path, 'entries', roomId))).toEqual([]);
    failing = false;
    expect(opened).toBe(3);
    expect(await store.room(roomId)).toEqual(after);
    await store.append(following(roomId, after, [second]));
    expect(await store.read(roomId, 0, 9, 1000)).toMatchObject({ entries: [first, second] });
  });

  test('[G7] under the floor of free space nothing is written, and reads go on', async () => {
    const first = await open();
    const entries = [randomEntry()];
    await first.append(following(roomId, await first.createRoom(roomId, firstMark), entries));
    await first.close();
    const full = await open({ floorBytes: Number.MAX_SAFE_INTEGER });
    const head = await full.room(roomId);
    if (head === undefined) throw new Error('the room is gone');
    await expect(full.append(following(roomId, head, [randomEntry()]))).rejects.toMatchObject({
      code: 'disk-full',
    });
    await expect(full.createRoom(newDocument().roomId, firstMark)).rejects.toMatchObject({
      code: 'disk-full',
    });
    await expect(full.openSpool()).rejects.toMatchObject({ code: 'disk-full' });
    expect(await full.read(roomId, 0, 9, 1000)).toMatchObject({ entries });
  });

  test('[A3][G7] an upload whose spool cannot be removed is answered like any, and the operator is told', async () => {
    const warnings: string[] = [];
    const failing = await open({
      remove: async () => {
        throw Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
      },
      warn: (line) => warnings.push(line),
    });
    const relay = new MemoryRelay(failing);
    const ann = relay.connect();
    ann.join(newDocument(), { create: true });
    const lastSeen = () => JSON.stringify(ann.received.map(({ event }) => event));
    await waitFor('the join', () => ann.all('joined').length === 1, { seen: lastSeen });
    const chunk = randomEntry(limits.chunkBytes);
    const total = 2 * limits.chunkBytes;
    // The second is stored already, so its spool has to go.
    for (const ref of [1, 2]) {
      for (const offset of [0, limits.chunkBytes])
        ann.say({ event: 'upload', message: { ref, kind: 'entry', total, offset, chunk } });
      await waitFor(`ack ${ref}`, () => ann.acked.length === ref, { seen: lastSeen });
    }
    expect(ann.acked).toEqual([
      [1, 1],
      [2, 1],
    ]);
    await waitFor('the warning', () => warnings.length === 1, { seen: () => warnings.join() });
    expect(warnings[0]).toMatch(/\.upload is left until the next start of the relay: EROFS/u);
    await failing.close();
    await open();
    expect(await readdir(join(folder.path, 'spool'))).toEqual([]);
  });

  test('[U1] what a crash left of uploads is deleted, what records refer to is kept', async () => {
    const first = await open();
    const made = await first.createRoom(roomId, firstMark);
    await first.append([await largeFollowing(first, roomId, made, randomEntry(limits.chunkBytes + 1))]);
    await (await first.openSpool()).write(randomEntry());
    const [kept = ''] = await readdir(join(folder.path, 'entries', roomId));
    const lost = '2-0000000000000001';
    await mkdir(join(folder.path, 'entries', roomId), { recursive: true });
    await writeFile(join(folder.path, 'entries', roomId, lost), 'moved, and then the power went');
    // Both were moved and not settled when the relay died; only one has its record.
    for (const name of [lost, kept])
      await writeFile(join(folder.path, 'spool', `${roomId}-${name}.placed`), '');
    await first.close();
    const again = await open();
    expect(await readdir(join(folder.path, 'spool'))).toEqual([]);
    expect(await readdir(join(folder.path, 'entries', roomId))).toEqual([kept]);
    expect(await again.readPart(roomId, 1, 0)).toHaveLength(limits.chunkBytes);
  });

  test('[G1] a second relay is told that the data is in use', async () => {
    await open();
    await expect(LevelLogStore.open({ folder: folder.path })).rejects.toMatchObject({ code: 'locked' });
  });

  test('[G1] data of a newer relay is not touched', async () => {
    await open();
    await changeDatabase((database) => database.put(record.formatKey, Uint8Array.of(2)));
    await expect(LevelLogStore.open({ folder: folder.path })).rejects.toMatchObject({
      code: 'newer-format',
      message: expect.stringContaining('Update this relay.'),
    });
  });
});
