import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import type { LogStore } from '../../relay-server/log-store.ts';
import type { NewSnapshot, SnapshotInfo } from '../../relay-server/snapshot-store.ts';
import { largeFollowing, type StoreUnderTest } from './log-store-contract.ts';
import { committed, existing, filled, snapshotAt, snapshotBytes, storedSeqs } from './stored-snapshots.ts';
import { newDocument, randomEntry, sha256 } from './test-document.ts';

/** What every log store promises about snapshots. */
export function describeSnapshotStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`snapshots in a log store: ${name}`, () => {
    let tested: StoreUnderTest;
    let store: LogStore;
    const { roomId } = newDocument();

    beforeEach(async () => {
      tested = await open();
      ({ store } = tested);
    });
    afterEach(async () => {
      await store.close();
      await tested.remove();
    });

    test('[C4] a snapshot is read back as it was, and is the newest of its room', async () => {
      const head = await filled(store, roomId, 5);
      expect(head).toMatchObject({ snapshot: undefined, previousSnapshot: undefined, floorSeq: 0 });
      const bytes = randomEntry(2 * limits.chunkBytes + 777);
      const info = await committed(store, roomId, 4, bytes, { unopened: [3, 1, 3] });
      const position = await store.position(roomId, 4);
      expect(info).toEqual({
        cursor: { seq: 4, mark: position?.mark },
        bytes: bytes.length,
        logBytes: 400,
        createdMs: 1_700_000_000_004,
        kept: [1, 3],
        digest: sha256(bytes),
      });
      expect(Buffer.compare(await snapshotBytes(store, roomId, info), bytes)).toBe(0);
      expect(await existing(store, roomId)).toEqual({ ...head, snapshot: info });
      expect(await store.snapshots(roomId)).toEqual([info]);
    });

    test('[C5] the newest two are in the record, all in the list, oldest first', async () => {
      await filled(store, roomId, 300);
      const infos: SnapshotInfo[] = [];
      for (const seq of [2, 200, 255, 256]) infos.push(await committed(store, roomId, seq, randomEntry(seq)));
      expect(await store.snapshots(roomId)).toEqual(infos);
      expect(await existing(store, roomId)).toMatchObject({
        snapshot: infos[3],
        previousSnapshot: infos[2],
        floorSeq: 255,
      });
      const other = newDocument().roomId;
      expect(await filled(store, other, 3)).toMatchObject({ snapshot: undefined });
      expect(await store.snapshots(other)).toEqual([]);
    });

    test('[C4] only the one that names the newest snapshot is committed, and only where the log has its mark', async () => {
      await filled(store, roomId, 9);
      const first = await committed(store, roomId, 3, randomEntry());
      const refused: Partial<NewSnapshot>[] = [
        { previousSeq: 0 },
        { previousSeq: 2 },
        { previousSeq: 4 },
        { cursor: { seq: 5, mark: randomEntry(16) } },
        { cursor: { seq: 99, mark: randomEntry(16) } },
        { cursor: { seq: 2, mark: (await store.position(roomId, 2))?.mark ?? randomEntry(16) } },
        { cursor: { seq: 0, mark: (await store.position(roomId, 0))?.mark ?? randomEntry(16) } },
      ];
      for (const changes of refused) {
        const snapshot = await snapshotAt(store, roomId, 5, randomEntry(), changes);
        expect(await store.commitSnapshot(snapshot), JSON.stringify(changes)).toBeUndefined();
        // It is still its caller's.
        for await (const block of snapshot.spool.blocks()) expect(block.length).toBe(100);
        await snapshot.spool.discard();
      }
      expect(await store.snapshots(roomId)).toEqual([first]);
    });

    test('[C4] [C5] none is committed whose editor could not open what only the newest one holds', async () => {
      await filled(store, roomId, 9);
      for (const seq of [3, 5]) await committed(store, roomId, seq, randomEntry(), { unopened: [1] });
      await store.trim(roomId, { beforeSeq: 3, keep: [1], dropSnapshots: [] });
      const lacking = await snapshotAt(store, roomId, 7, randomEntry(), { unopened: [1, 2, 4] });
      expect(await store.commitSnapshot(lacking)).toBeUndefined();
      await lacking.spool.discard();
      // The log has the entries 1 and 4: they stay beside it.
      expect(await committed(store, roomId, 7, randomEntry(), { unopened: [0, 1, 4, 6] })).toMatchObject({
        kept: [1, 4, 6],
      });
    });

    test('[C4] of two that follow the same snapshot one is committed', async () => {
      await filled(store, roomId, 9);
      const both = [5, 6].map(async (seq) => await snapshotAt(store, roomId, seq, randomEntry(seq)));
      const results = await Promise.all((await Promise.all(both)).map((each) => store.commitSnapshot(each)));
      expect(results.filter((result) => result !== undefined)).toHaveLength(1);
      expect(await store.snapshots(roomId)).toHaveLength(1);
    });

    test('[S6] one at the same seq takes the place of an unreadable one', async () => {
      await filled(store, roomId, 9);
      const kept = await committed(store, roomId, 3, randomEntry(300));
      const bad = await committed(store, roomId, 9, randomEntry(900));
      const bytes = randomEntry(901);
      const good = await committed(store, roomId, 9, bytes);
      expect(await store.snapshots(roomId)).toEqual([kept, good]);
      expect(await existing(store, roomId)).toMatchObject({ floorSeq: 3 });
      expect(Buffer.compare(await snapshotBytes(store, roomId, good), bytes)).toBe(0);
      await expect(store.readSnapshotPart(roomId, bad, 0)).rejects.toMatchObject({ code: 'damaged' });
    });

    test('[C5] entries that the log does not have are not kept', async () => {
      await filled(store, roomId, 9);
      expect(await committed(store, roomId, 5, randomEntry(), { unopened: [0, 4, 6, 99] })).toMatchObject({
        kept: [4],
      });
    });

    test('[C5] a trim takes out the entries before a seq, except the kept ones, and the snapshots it names', async () => {
      await filled(store, roomId, 4);
      const large = randomEntry(limits.inlineEntryBytes + 1);
      for (const keptOrNot of [5, 6])
        await store.append([
          await largeFollowing(
            store,
            roomId,
            await existing(store, roomId),
            Uint8Array.of(...large, keptOrNot),
          ),
        ]);
      const head = await filled(store, roomId, 12);
      const dropped = await committed(store, roomId, 2, randomEntry());
      const previous = await committed(store, roomId, 8, randomEntry());
      const newest = await committed(store, roomId, 10, randomEntry());
      const other = newDocument().roomId;
      await filled(store, other, 12);
      const plan = { beforeSeq: 8, keep: [3, 6], dropSnapshots: [2, 7] };
      for (const _ of ['once', 'again']) {
        await store.trim(roomId, plan);
        expect(await storedSeqs(store, roomId, 12)).toEqual([3, 6, 8, 9, 10, 11, 12]);
      }
      expect(await store.snapshots(roomId)).toEqual([previous, newest]);
      await expect(store.readSnapshotPart(roomId, dropped, 0)).rejects.toMatchObject({ code: 'damaged' });
      expect((await store.readPart(roomId, 6, limits.chunkBytes)).length).toBe(2);
      await expect(store.readPart(roomId, 5, 0)).rejects.toMatchObject({ code: 'damaged' });
      expect(await store.position(roomId, 8)).toMatchObject({ logBytes: previous.logBytes });
      expect(await store.read(roomId, 8, 12, 1_000_000)).toMatchObject({ firstSeq: 9 });
      expect((await store.recent(roomId, 100)).map(({ seq }) => seq)).toEqual([12, 11, 10, 9, 8, 6, 3]);
      const after = await filled(store, roomId, 13);
      expect(after.logBytes).toBe(head.logBytes + 100);
      expect(await storedSeqs(store, other, 12)).toHaveLength(12);
    });

    test('[C4] [C5] one that names as many as it can keeps the last one and all after it', async () => {
      const most = limits.unopenedEntries;
      await filled(store, roomId, 2 * most + 30);
      const unopened = Array.from({ length: most }, (_, i) => 2 * i + 1);
      const [first, second] = [2 * most + 10, 2 * most + 20];
      await committed(store, roomId, first, randomEntry(), { unopened });
      await committed(store, roomId, second, randomEntry(), { unopened });
      await store.trim(roomId, { beforeSeq: 2 * most - 1, keep: unopened, dropSnapshots: [] });
      // What it names and what follows the last one is there for the next one to name.
      const later = [...unopened.slice(1), 2 * most + 5];
      expect(await committed(store, roomId, second + 1, randomEntry(), { unopened: later })).toBeDefined();
      // What lies before is not: the newest one alone has it, and this one may lack any of it.
      const early = [...unopened.slice(2).map((seq) => seq - 1), 2 * most, 2 * most + 1];
      const lacking = await snapshotAt(store, roomId, second + 2, randomEntry(), {
        unopened: early.slice(-most),
      });
      expect(await store.commitSnapshot(lacking)).toBeUndefined();
      await lacking.spool.discard();
    });

    test('[C5] a trim takes out thousands of entries', async () => {
      await filled(store, roomId, 5000);
      await store.trim(roomId, { beforeSeq: 4990, keep: [2500], dropSnapshots: [] });
      expect((await store.recent(roomId, 5000)).map(({ seq }) => seq)).toEqual([
        ...Array.from({ length: 11 }, (_, i) => 5000 - i),
        2500,
      ]);
    });

    test('[G1] snapshots are there after closing and opening', async () => {
      await filled(store, roomId, 9);
      const bytes = randomEntry(limits.chunkBytes + 1);
      await committed(store, roomId, 3, randomEntry());
      const newest = await committed(store, roomId, 7, bytes, { unopened: [1] });
      await store.trim(roomId, { beforeSeq: 3, keep: [1], dropSnapshots: [] });
      const record = await existing(store, roomId);
      if (tested.reopened !== undefined) {
        await store.close();
        store = await tested.reopened();
      }
      expect(await existing(store, roomId)).toEqual(record);
      expect(Buffer.compare(await snapshotBytes(store, roomId, newest), bytes)).toBe(0);
      expect(await storedSeqs(store, roomId, 9)).toEqual([1, 3, 4, 5, 6, 7, 8, 9]);
    });
  });
}
