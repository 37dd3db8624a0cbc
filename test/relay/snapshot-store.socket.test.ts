import { cpSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import type { Database } from '../../relay-server/level-database.ts';
import { openDatabase } from '../../relay-server/level-database.ts';
import { LevelLogStore } from '../../relay-server/log-store-leveldb.ts';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import { largeFollowing } from './log-store-contract.ts';
import { describeSnapshotStore } from './snapshot-store-contract.ts';
import { committed, existing, filled, snapshotAt, snapshotBytes, storedSeqs } from './stored-snapshots.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { newDocument, randomEntry } from './test-document.ts';

describeSnapshotStore('memory', async () => ({
  store: new MemoryLogStore(),
  reopened: undefined,
  remove: async () => {},
}));

describeSnapshotStore('LevelDB', async () => {
  const folder = await temporaryFolder();
  const open = () => LevelLogStore.open({ folder: folder.path, floorBytes: 0 });
  return { store: await open(), reopened: open, remove: () => folder.remove() };
});

describe('snapshots on a disk that fails', () => {
  const { roomId } = newDocument();
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let store: LevelLogStore | undefined;
  /** Called before a write of the database; what it throws is the write's error. */
  let beforeWrite: (kind: 'put' | 'batch') => void;

  beforeEach(async () => {
    folder = await temporaryFolder();
    beforeWrite = () => {};
  });
  afterEach(async () => {
    await store?.close();
    store = undefined;
    await folder.remove();
  });

  async function opened(): Promise<LevelLogStore> {
    await store?.close();
    store = await LevelLogStore.open({
      folder: folder.path,
      floorBytes: 0,
      openDatabase: async (location) => {
        const database = await openDatabase(location);
        for (const kind of ['put', 'batch'] as const) failBefore(database, kind, () => beforeWrite(kind));
        return database;
      },
    });
    return store;
  }
  const files = (kind: 'snapshots' | 'entries') =>
    readdir(join(folder.path, kind, roomId)).catch(() => [] as string[]);
  const notes = () => readdir(join(folder.path, 'spool'));

  test('[C4] a record that could not be written leaves the old snapshot and no file', async () => {
    const first = await opened();
    await filled(first, roomId, 9);
    const old = await committed(first, roomId, 3, randomEntry());
    const snapshot = await snapshotAt(first, roomId, 9, randomEntry());
    beforeWrite = () => {
      throw new Error('IO error: No space left on device');
    };
    await expect(first.commitSnapshot(snapshot)).rejects.toMatchObject({ code: 'disk-full' });
    beforeWrite = () => {};
    expect(await first.snapshots(roomId)).toEqual([old]);
    expect(await files('snapshots')).toHaveLength(1);
    expect(await notes()).toEqual([]);
    await committed(first, roomId, 9, randomEntry());
    expect(await first.snapshots(roomId)).toHaveLength(2);
  });

  test('[S6] a snapshot that could not take the place of another one leaves that one', async () => {
    const first = await opened();
    await filled(first, roomId, 9);
    const bytes = randomEntry(500);
    const old = await committed(first, roomId, 9, bytes);
    const snapshot = await snapshotAt(first, roomId, 9, randomEntry());
    beforeWrite = () => {
      throw new Error('IO error');
    };
    await expect(first.commitSnapshot(snapshot)).rejects.toMatchObject({ code: 'store-failed' });
    beforeWrite = () => {};
    expect(Buffer.compare(await snapshotBytes(first, roomId, old), bytes)).toBe(0);
    expect(await files('snapshots')).toHaveLength(1);
    await committed(first, roomId, 9, randomEntry());
    expect(await files('snapshots')).toHaveLength(1);
    expect(await notes()).toEqual([]);
  });

  test('[C5] a trim that failed half-way is done by the next one, and leaves neither files nor notes', async () => {
    const first = await opened();
    await filled(first, roomId, 2);
    const large = randomEntry(limits.inlineEntryBytes + 1);
    await first.append([await largeFollowing(first, roomId, await existing(first, roomId), large)]);
    await filled(first, roomId, 9);
    for (const seq of [4, 6, 8]) await committed(first, roomId, seq, randomEntry());
    for (const failing of [1, 2]) {
      let batches = 0;
      beforeWrite = (kind) => {
        if (kind === 'batch') batches += 1;
        if (batches === failing) throw new Error('IO error');
      };
      const plan = { beforeSeq: 6, keep: [], dropSnapshots: [4] };
      await expect(first.trim(roomId, plan)).rejects.toMatchObject({ code: 'store-failed' });
      expect(await notes()).toEqual([]);
      expect(await files('entries')).toHaveLength(failing === 1 ? 1 : 0);
      expect(await first.snapshots(roomId)).toHaveLength(3);
    }
    beforeWrite = () => {};
    await first.trim(roomId, { beforeSeq: 6, keep: [], dropSnapshots: [4] });
    expect(await storedSeqs(first, roomId, 9)).toEqual([6, 7, 8, 9]);
    expect([await files('entries'), (await files('snapshots')).length, await notes()]).toEqual([[], 2, []]);
  });

  test('[C4] files that a crash left are deleted at the next start, those that records refer to are kept', async () => {
    const first = await opened();
    await filled(first, roomId, 9);
    const info = await committed(first, roomId, 9, randomEntry());
    const [kept = ''] = await files('snapshots');
    const lost = '9-0000000000000001';
    await writeFile(join(folder.path, 'snapshots', roomId, lost), 'moved, and then the power went');
    for (const name of [lost, kept])
      await writeFile(join(folder.path, 'spool', `${roomId}-${name}.snapshot`), '');
    const again = await opened();
    expect(await notes()).toEqual([]);
    expect(await files('snapshots')).toEqual([kept]);
    expect(await snapshotBytes(again, roomId, info)).toHaveLength(info.bytes);
  });

  test('[C4][C5][G1] cut off at any write of a commit or a trim, a store opens with the old state or the new one', async () => {
    const first = await opened();
    await filled(first, roomId, 2);
    const large = randomEntry(limits.inlineEntryBytes + 1);
    await first.append([await largeFollowing(first, roomId, await existing(first, roomId), large)]);
    await filled(first, roomId, 9);
    const old = [
      await committed(first, roomId, 4, randomEntry()),
      await committed(first, roomId, 6, randomEntry()),
    ];
    const next = [
      await snapshotAt(first, roomId, 9, randomEntry(999)),
      { beforeSeq: 6, keep: [2], dropSnapshots: [4] },
    ] as const;
    const cuts: string[] = [];
    const cut = () => {
      const copy = join(folder.path, `cut ${cuts.length}`);
      cuts.push(copy);
      for (const part of ['log', 'entries', 'snapshots', 'spool'])
        cpSync(join(folder.path, part), join(copy, part), { recursive: true });
    };
    beforeWrite = cut;
    const newest = await first.commitSnapshot(next[0]);
    cut();
    await first.trim(roomId, next[1]);
    cut();
    beforeWrite = () => {};
    const states = new Set<string>();
    for (const copy of cuts) {
      const after = await LevelLogStore.open({ folder: copy, floorBytes: 0 });
      const stored = await after.snapshots(roomId);
      for (const info of stored) expect(await snapshotBytes(after, roomId, info)).toHaveLength(info.bytes);
      const { snapshot, floorSeq } = await existing(after, roomId);
      expect([snapshot, floorSeq]).toEqual(
        stored.length > 1 && snapshot?.cursor.seq === 9 ? [newest, 6] : [old[1], 4],
      );
      const seqs = await storedSeqs(after, roomId, 9);
      expect(seqs).toEqual(expect.arrayContaining([2, 6, 7, 8, 9]));
      const names = await readdir(join(copy, 'snapshots', roomId));
      expect(names).toHaveLength(stored.length);
      expect((await readdir(join(copy, 'entries', roomId))).length).toBe(seqs.includes(3) ? 1 : 0);
      expect(await readdir(join(copy, 'spool'))).toEqual([]);
      states.add(`${stored.map(({ cursor }) => cursor.seq)}; ${seqs}`);
      await after.close();
    }
    // Before and after the commit, the trim of the log and the drop of a snapshot.
    expect(states).toEqual(
      new Set(['4,6; 1,2,3,4,5,6,7,8,9', '4,6,9; 1,2,3,4,5,6,7,8,9', '4,6,9; 2,6,7,8,9', '6,9; 2,6,7,8,9']),
    );
  });

  test('[G1] a damaged or missing file of a snapshot is an error of that snapshot', async () => {
    const first = await opened();
    await filled(first, roomId, 9);
    const info = await committed(first, roomId, 9, randomEntry(2 * limits.chunkBytes));
    const [name = ''] = await files('snapshots');
    const path = join(folder.path, 'snapshots', roomId, name);
    const content = await readFile(path);
    content[limits.chunkBytes] = (content[limits.chunkBytes] ?? 0) ^ 1;
    await writeFile(path, content);
    expect(await first.readSnapshotPart(roomId, info, 0)).toHaveLength(limits.chunkBytes);
    await expect(first.readSnapshotPart(roomId, info, limits.chunkBytes)).rejects.toMatchObject({
      code: 'damaged',
    });
    expect(await first.read(roomId, 0, 9, 1_000_000)).toMatchObject({ firstSeq: 1 });
  });
});

/** Runs `before` ahead of a method of the database. */
function failBefore(database: Database, method: 'put' | 'batch', before: () => void): void {
  const original: unknown = Reflect.get(database, method);
  if (typeof original !== 'function') throw new Error(`no ${method}`);
  Reflect.set(database, method, (...args: unknown[]): unknown => {
    before();
    return Reflect.apply(original, database, args);
  });
}
