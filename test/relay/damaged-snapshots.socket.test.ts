import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RoomId } from '../../protocol/ids.ts';
import { encodeRoom, roomKey } from '../../relay-server/entry-record.ts';
import type { Database } from '../../relay-server/level-database.ts';
import type { RoomRecord } from '../../relay-server/log-store.ts';
import { streamStart } from '../../relay-server/stream-start.ts';
import { CompactedStore } from './compacted-store.ts';
import { MemoryRelay } from './memory-relay.ts';
import { committed, existing, filled, storedSeqs } from './stored-snapshots.ts';
import { newDocument, randomEntry } from './test-document.ts';

describe('a damaged log with snapshots', () => {
  let tested: CompactedStore;
  let roomId: RoomId;
  let before: RoomRecord;

  /** Entries 1 to 8, snapshots at 3 and 6, and what the older one replaces is gone. */
  beforeEach(async () => {
    tested = await CompactedStore.open();
    ({ roomId } = tested);
    const { store } = tested;
    await filled(store, roomId, 8);
    await committed(store, roomId, 3, randomEntry());
    await committed(store, roomId, 6, randomEntry());
    await store.trim(roomId, { beforeSeq: 3, keep: [1], dropSnapshots: [] });
    before = await existing(store, roomId);
  });
  afterEach(() => tested.close());

  test('[L4] entries that a snapshot replaced are not missing', async () => {
    expect(await tested.store.repair(roomId)).toBeUndefined();
    expect(await storedSeqs(tested.store, roomId, 8)).toEqual([1, 3, 4, 5, 6, 7, 8]);
  });

  test('[L4] where a snapshot covers the damage, the history stays and nothing is missing', async () => {
    await tested.damaged([1, 4, 6]);
    const damage = await tested.store.repair(roomId);
    expect(damage).toMatchObject({ newHistoryFrom: undefined, lostEntries: 3, coveredEntries: 3 });
    expect(await existing(tested.store, roomId)).toEqual(before);
    expect(await tested.store.position(roomId, 6)).toMatchObject({ mark: before.snapshot?.cursor.mark });
    expect(await storedSeqs(tested.store, roomId, 8)).toEqual([1, 3, 4, 5, 6, 7, 8]);
    expect(await tested.store.repair(roomId)).toBeUndefined();
  });

  test('[L4] damage after the newest snapshot makes a new history from there, and the snapshot stays', async () => {
    await tested.damaged([7]);
    expect(await tested.store.repair(roomId)).toMatchObject({
      newHistoryFrom: 7,
      lostEntries: 1,
      coveredEntries: 0,
    });
    const after = await existing(tested.store, roomId);
    expect(after.snapshot).toEqual(before.snapshot);
    expect(after.head.seq).toBe(8);
    expect(after.head.mark).not.toEqual(before.head.mark);
  });

  for (const [what, change] of [
    ['damaged', (database: Database) => database.put(roomKey(roomId), new Uint8Array(20))],
    ['missing', (database: Database) => database.del(roomKey(roomId))],
  ] as const) {
    test(`[L4] [C3] a room whose record is ${what} is read from its snapshot on, as before`, async () => {
      await tested.changed(change);
      expect(await tested.store.repair(roomId)).toMatchObject({ newHistoryFrom: 7, lostEntries: 0 });
      const { firstMark, ...rest } = await existing(tested.store, roomId);
      const { firstMark: firstBefore, ...restBefore } = before;
      expect(rest).toEqual(restBefore);
      expect(firstMark).not.toEqual(firstBefore);
      expect(await storedSeqs(tested.store, roomId, 8)).toEqual([1, 3, 4, 5, 6, 7, 8]);
      expect(await tested.stream()).toEqual(['snapshot 6', 'snapshot-part', 'entries']);
      expect(await tested.store.repair(roomId)).toBeUndefined();
    });
  }

  test('[L4] [S6] a room with a new first mark and one snapshot starts no stream at 0, where the marks would not fit', async () => {
    const other = newDocument().roomId;
    await filled(tested.store, other, 8);
    await committed(tested.store, other, 6, randomEntry());
    await tested.changed((database) => database.put(roomKey(other), new Uint8Array(20)));
    await tested.store.repair(other);
    expect(await tested.stream({}, other)).toEqual(['snapshot 6', 'snapshot-part', 'entries']);
    expect(await tested.stream({ beforeSeq: 6 }, other)).toEqual(['nothing to start from']);
    const cursor = { seq: 1, mark: (await tested.store.position(other, 1))?.mark ?? randomEntry(16) };
    expect(await tested.stream({ cursor }, other)).toEqual(['delta 1', 'entries']);
  });

  test('[L4] [C4] no snapshot is committed while a repair is not finished', async () => {
    const { firstMark } = before;
    await tested.changed((database) =>
      database.put(roomKey(roomId), encodeRoom(roomKey(roomId), { firstMark, rewriteFrom: 7 })),
    );
    const { snapshot } = before;
    const offer = { roomId, cursor: before.head, previousSeq: 6, createdMs: 1, unopened: [] };
    const commit = async () => {
      const spool = await tested.store.openSpool();
      await spool.write(randomEntry());
      await spool.finish();
      return await tested.store.commitSnapshot({ ...offer, digest: randomEntry(32), spool });
    };
    expect(await commit()).toBeUndefined();
    expect((await tested.store.snapshots(roomId)).at(-1)).toEqual(snapshot);
    await tested.store.repair(roomId);
    expect(await commit()).toMatchObject({ cursor: before.head });
  });

  test('[L4] without its newest snapshot a room has the one before and what follows that', async () => {
    const snapshots = join(tested.folder, 'snapshots', roomId);
    await rm(join(snapshots, (await readdir(snapshots)).find((name) => name.startsWith('6-')) ?? ''));
    expect(await tested.store.repair(roomId)).toEqual({
      newHistoryFrom: undefined,
      lostEntries: 0,
      coveredEntries: 0,
      lostSnapshots: 1,
    });
    expect(await existing(tested.store, roomId)).toMatchObject({
      head: before.head,
      snapshot: before.previousSnapshot,
      previousSnapshot: undefined,
      floorSeq: 3,
    });
    expect(await storedSeqs(tested.store, roomId, 8)).toEqual([1, 3, 4, 5, 6, 7, 8]);
  });

  test('[L4] without any snapshot it has what is left, as another history', async () => {
    await rm(join(tested.folder, 'snapshots', roomId), { recursive: true });
    expect(await tested.store.repair(roomId)).toMatchObject({
      newHistoryFrom: 2,
      lostEntries: 1,
      lostSnapshots: 2,
    });
    expect(await storedSeqs(tested.store, roomId, 8)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(await existing(tested.store, roomId)).toMatchObject({ floorSeq: 0 });
  });

  test('[S6] a room that lost its newest snapshot starts streams at the one before, and with nothing that was trimmed', async () => {
    // A milestone at an entry that is kept: all after it is gone.
    const other = newDocument().roomId;
    await filled(tested.store, other, 8);
    for (const seq of [1, 3, 6]) await committed(tested.store, other, seq, randomEntry(), { unopened: [1] });
    await tested.store.trim(other, { beforeSeq: 3, keep: [1], dropSnapshots: [] });
    const snapshots = join(tested.folder, 'snapshots', other);
    await rm(join(snapshots, (await readdir(snapshots)).find((name) => name.startsWith('6-')) ?? ''));
    await tested.store.repair(other);
    const starts = new Map<string, unknown>();
    await new MemoryRelay(tested.store).relay.withRoom(
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
          const position = await tested.store.position(other, seq);
          const cursor = { seq, mark: position?.mark ?? randomEntry(16) };
          const start = await streamStart(room, tested.store, { cursor, beforeSeq });
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
