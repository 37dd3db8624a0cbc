import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { entryKey } from '../../relay-server/entry-record.ts';
import { openDatabase } from '../../relay-server/level-database.ts';
import type { RoomRecord } from '../../relay-server/log-store.ts';
import { LevelLogStore } from '../../relay-server/log-store-leveldb.ts';
import { streamStart } from '../../relay-server/stream-start.ts';
import { MemoryRelay } from './memory-relay.ts';
import { committed, existing, filled, storedSeqs } from './snapshot-store-contract.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { newDocument, randomEntry } from './test-document.ts';

describe('a damaged log with snapshots', () => {
  const { roomId } = newDocument();
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let store: LevelLogStore;
  let before: RoomRecord;

  /** Entries 1 to 8, snapshots at 3 and 6, and what the older one replaces is gone. */
  beforeEach(async () => {
    folder = await temporaryFolder();
    store = await LevelLogStore.open({ folder: folder.path, floorBytes: 0 });
    await filled(store, roomId, 8);
    await committed(store, roomId, 3, randomEntry());
    await committed(store, roomId, 6, randomEntry());
    await store.trim(roomId, { beforeSeq: 3, keep: [1], dropSnapshots: [] });
    before = await existing(store, roomId);
  });
  afterEach(async () => {
    await store.close();
    await folder.remove();
  });

  async function damaged(seqs: readonly number[]): Promise<void> {
    await store.close();
    const database = await openDatabase(join(folder.path, 'log'));
    for (const seq of seqs) await database.put(entryKey(roomId, seq), new Uint8Array(50));
    await database.close();
    store = await LevelLogStore.open({ folder: folder.path, floorBytes: 0 });
  }

  test('[L4] entries that a snapshot replaced are not missing', async () => {
    expect(await store.repair(roomId)).toBeUndefined();
    expect(await storedSeqs(store, roomId, 8)).toEqual([1, 3, 4, 5, 6, 7, 8]);
  });

  test('[L4] where a snapshot covers the damage, the history stays and nothing is missing', async () => {
    await damaged([1, 4, 6]);
    const damage = await store.repair(roomId);
    expect(damage).toMatchObject({ newHistoryFrom: undefined, lostEntries: 3, coveredEntries: 3 });
    expect(await existing(store, roomId)).toEqual(before);
    expect(await store.position(roomId, 6)).toMatchObject({ mark: before.snapshot?.cursor.mark });
    expect(await storedSeqs(store, roomId, 8)).toEqual([1, 3, 4, 5, 6, 7, 8]);
    expect(await store.repair(roomId)).toBeUndefined();
  });

  test('[L4] damage after the newest snapshot makes a new history from there, and the snapshot stays', async () => {
    await damaged([7]);
    expect(await store.repair(roomId)).toMatchObject({
      newHistoryFrom: 7,
      lostEntries: 1,
      coveredEntries: 0,
    });
    const after = await existing(store, roomId);
    expect(after.snapshot).toEqual(before.snapshot);
    expect(after.head.seq).toBe(8);
    expect(after.head.mark).not.toEqual(before.head.mark);
  });

  test('[L4] without its newest snapshot a room has the one before and what follows that', async () => {
    const snapshots = join(folder.path, 'snapshots', roomId);
    await rm(join(snapshots, (await readdir(snapshots)).find((name) => name.startsWith('6-')) ?? ''));
    expect(await store.repair(roomId)).toEqual({
      newHistoryFrom: undefined,
      lostEntries: 0,
      coveredEntries: 0,
      lostSnapshots: 1,
    });
    expect(await existing(store, roomId)).toMatchObject({
      head: before.head,
      snapshot: before.previousSnapshot,
      previousSnapshot: undefined,
      floorSeq: 3,
    });
    expect(await storedSeqs(store, roomId, 8)).toEqual([1, 3, 4, 5, 6, 7, 8]);
  });

  test('[L4] without any snapshot it has what is left, as another history', async () => {
    await rm(join(folder.path, 'snapshots', roomId), { recursive: true });
    expect(await store.repair(roomId)).toMatchObject({ newHistoryFrom: 2, lostEntries: 1, lostSnapshots: 2 });
    expect(await storedSeqs(store, roomId, 8)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(await existing(store, roomId)).toMatchObject({ floorSeq: 0 });
  });

  test('[S6] a room that lost its newest snapshot starts streams at the one before, and with nothing that was trimmed', async () => {
    // A milestone at an entry that is kept: all after it is gone.
    const other = newDocument().roomId;
    await filled(store, other, 8);
    for (const seq of [1, 3, 6]) await committed(store, other, seq, randomEntry(), { unopened: [1] });
    await store.trim(other, { beforeSeq: 3, keep: [1], dropSnapshots: [] });
    const snapshots = join(folder.path, 'snapshots', other);
    await rm(join(snapshots, (await readdir(snapshots)).find((name) => name.startsWith('6-')) ?? ''));
    await store.repair(other);
    const starts = new Map<string, unknown>();
    await new MemoryRelay(store).relay.withRoom(
      other,
      () => false,
      async (room) => {
        if (room === undefined) throw new Error('the room is gone');
        for (const [beforeSeq, seq] of [
          [0, 0],
          [0, 1],
          [0, 3],
          [3, 0],
        ] as const) {
          const position = await store.position(other, seq);
          const cursor = { seq, mark: position?.mark ?? randomEntry(16) };
          const start = await streamStart(room, store, { cursor, beforeSeq });
          starts.set(`before ${beforeSeq}, after ${seq}`, start && `${start.start} ${start.from.seq}`);
        }
      },
    );
    expect(Object.fromEntries(starts)).toEqual({
      'before 0, after 0': 'snapshot 3',
      'before 0, after 1': 'snapshot 3',
      'before 0, after 3': 'delta 3',
      'before 3, after 0': undefined,
    });
  });
});
