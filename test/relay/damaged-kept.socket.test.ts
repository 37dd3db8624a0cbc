import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import { CompactedStore } from './compacted-store.ts';
import { largeFollowing } from './log-store-contract.ts';
import { committed, existing, filled, storedSeqs } from './stored-snapshots.ts';
import { randomEntry } from './test-document.ts';

describe('a damaged entry that a snapshot has not, and that is kept for it', () => {
  let tested: CompactedStore;

  /** Entries 1 to 12, of which 4 is large; snapshots at 6 and 9 that lack 2, 4 and 5; the rest up to 6 is gone. */
  beforeEach(async () => {
    tested = await CompactedStore.open();
    const { store, roomId } = tested;
    const large = randomEntry(limits.inlineEntryBytes + 1);
    await store.append([await largeFollowing(store, roomId, await filled(store, roomId, 3), large)]);
    await filled(store, roomId, 12);
    for (const seq of [6, 9]) await committed(store, roomId, seq, randomEntry(), { unopened: [2, 4, 5] });
    await store.trim(roomId, { beforeSeq: 6, keep: [2, 4, 5], dropSnapshots: [] });
  });
  afterEach(() => tested.close());

  const quarantined = () => readdir(join(tested.folder, 'quarantine', tested.roomId)).catch(() => []);
  const note = () => readFile(join(tested.folder, 'quarantine', 'damage.log'), 'utf8');

  for (const [what, harm, kept] of [
    ['records that are damaged', () => tested.damaged([2, 5]), 2],
    ['records that are missing', () => tested.lost([2, 5]), 0],
    [
      'a file that is missing',
      () => rm(join(tested.folder, 'entries', tested.roomId), { recursive: true }),
      1,
    ],
  ] as const) {
    test(`[L4] [S6] [C5] ${what}: full loads go on, and nothing says that the snapshot has what is lost`, async () => {
      const { roomId } = tested;
      await harm();
      await expect(tested.stream()).rejects.toMatchObject({ code: 'damaged' });
      const lost = what.startsWith('a file') ? 1 : 2;
      expect(await tested.store.repair(roomId)).toEqual({
        newHistoryFrom: undefined,
        lostEntries: lost,
        coveredEntries: 0,
        lostSnapshots: 0,
      });
      expect((await tested.stream())[0]).toBe('snapshot 9');
      expect(await storedSeqs(tested.store, roomId, 12)).toEqual([2, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
      expect(await quarantined()).toHaveLength(kept);
      expect(await note()).toContain('which no snapshot has');
      expect(await tested.store.repair(roomId)).toBeUndefined();
    });
  }

  test('[L4] [C4] an editor that could not open a lost one may compact, again and again', async () => {
    const { roomId } = tested;
    await tested.lost([2]);
    await tested.store.repair(roomId);
    for (const seq of [10, 11, 12])
      expect(
        await committed(tested.store, roomId, seq, randomEntry(), { unopened: [2, 4, 5] }),
      ).toMatchObject({ kept: [2, 4, 5] });
    const { snapshot, previousSnapshot } = await existing(tested.store, roomId);
    expect([snapshot?.cursor.seq, previousSnapshot?.cursor.seq]).toEqual([12, 11]);
  });

  test('[L4] what the newest snapshot has and the one before kept is covered', async () => {
    const { roomId } = tested;
    await committed(tested.store, roomId, 11, randomEntry(), { unopened: [4, 5] });
    await tested.store.trim(roomId, { beforeSeq: 9, keep: [2, 4, 5], dropSnapshots: [6] });
    await tested.lost([2, 5]);
    expect(await tested.store.repair(roomId)).toMatchObject({ lostEntries: 2, coveredEntries: 1 });
    expect((await tested.stream({ beforeSeq: 11 }))[0]).toBe('snapshot 9');
  });

  test('[L4] [C2] of a snapshot that keeps all from an entry on, those are missed like the named ones', async () => {
    const { roomId } = tested;
    const most = limits.unopenedEntries;
    await filled(tested.store, roomId, most + 40);
    const unopened = Array.from({ length: most - 3 }, (_, i) => i + 6).concat(2, 4, 5);
    for (const seq of [most + 10, most + 20])
      await committed(tested.store, roomId, seq, randomEntry(), { unopened });
    await tested.lost([most + 4]);
    expect(await tested.store.repair(roomId)).toMatchObject({
      newHistoryFrom: undefined,
      lostEntries: 1,
      coveredEntries: 0,
    });
    expect((await tested.stream())[0]).toBe(`snapshot ${most + 20}`);
  });
});
