import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RoomId } from '../../protocol/ids.ts';
import type { Database } from '../../relay-server/level-database.ts';
import { readSnapshots } from '../../relay-server/level-database.ts';
import { snapshotKey } from '../../relay-server/snapshot-record.ts';
import type { Provider } from '../../sync/node.ts';
import { waitFor } from '../app/wait-for.ts';
import { CompactedStore } from './compacted-store.ts';
import { RelayOnDisk, typed } from './relay-on-disk.ts';
import { committed, existing, filled, storedSeqs } from './stored-snapshots.ts';
import { randomEntry } from './test-document.ts';

const harms = {
  damaged: (database: Database, key: Uint8Array) => database.put(key, new Uint8Array(60)),
  missing: (database: Database, key: Uint8Array) => database.del(key),
};

describe('snapshots whose records are damaged, in a store', () => {
  let tested: CompactedStore;

  /** Entries 1 to 9, snapshots at 2, 4 and 7; what is before 4 is gone. */
  beforeEach(async () => {
    tested = await CompactedStore.open();
    const { store, roomId } = tested;
    await filled(store, roomId, 9);
    for (const seq of [2, 4, 7]) await committed(store, roomId, seq, randomEntry());
    await store.trim(roomId, { beforeSeq: 4, keep: [], dropSnapshots: [] });
  });
  afterEach(() => tested.close());

  const harm = (how: keyof typeof harms, seqs: readonly number[]) =>
    tested.changed(async (database) => {
      for (const seq of seqs) await harms[how](database, snapshotKey(tested.roomId, seq));
    });
  const quarantined = async () =>
    (await readdir(join(tested.folder, 'quarantine', tested.roomId))).map((name) =>
      name.replace(/-.*\.|-.*/u, ' ').trim(),
    );

  test('[L4] a damaged record of the newest one is noticed; the one before takes its place, and nothing is missing', async () => {
    const { roomId } = tested;
    await harm('damaged', [7]);
    await expect(tested.store.room(roomId)).rejects.toMatchObject({ code: 'damaged' });
    expect(await tested.store.repair(roomId)).toEqual({
      newHistoryFrom: undefined,
      lostEntries: 0,
      coveredEntries: 0,
      lostSnapshots: 1,
    });
    expect((await quarantined()).sort()).toEqual(['7', '7 record']);
    expect(await existing(tested.store, roomId)).toMatchObject({
      snapshot: { cursor: { seq: 4 } },
      floorSeq: 4,
    });
    expect(await tested.stream()).toEqual(['snapshot 4', 'snapshot-part', 'entries']);
    expect(await tested.store.repair(roomId)).toBeUndefined();
  });

  for (const how of ['damaged', 'missing'] as const) {
    test(`[L4] where the records of both are ${how}, that is noticed, and the room goes on from an older one`, async () => {
      const { roomId } = tested;
      await harm(how, [4, 7]);
      await expect(tested.store.room(roomId)).rejects.toMatchObject({ code: 'damaged' });
      expect(await tested.store.repair(roomId)).toMatchObject({ newHistoryFrom: 3 });
      expect(await existing(tested.store, roomId)).toMatchObject({
        head: { seq: 9 },
        snapshot: { cursor: { seq: 2 } },
        floorSeq: 2,
      });
      expect(await tested.stream()).toEqual(['snapshot 2', 'snapshot-part', 'entries']);
      expect(await tested.store.repair(roomId)).toBeUndefined();
    });

    test(`[L4] where the records of all are ${how}, it goes on with what the log has`, async () => {
      const { roomId } = tested;
      await harm(how, [2, 4, 7]);
      await expect(tested.store.room(roomId)).rejects.toMatchObject({ code: 'damaged' });
      expect(await tested.store.repair(roomId)).toMatchObject({ newHistoryFrom: 1, lostEntries: 3 });
      expect(await tested.stream()).toEqual(['log 0', 'entries']);
      expect(await storedSeqs(tested.store, roomId, 9)).toHaveLength(9);
      expect(await tested.store.repair(roomId)).toBeUndefined();
    });
  }
});

test('[L4] [S6] where nothing had been replaced yet, the log is what is left, and whole', async () => {
  const tested = await CompactedStore.open();
  const { store, roomId } = tested;
  const { head } = await filled(store, roomId, 9);
  for (const seq of [1, 7]) await committed(store, roomId, seq, randomEntry());
  await tested.changed(async (database) => {
    for (const seq of [1, 7]) await harms.missing(database, snapshotKey(roomId, seq));
  });
  await expect(tested.store.room(roomId)).rejects.toMatchObject({ code: 'damaged' });
  expect(await tested.store.repair(roomId)).toMatchObject({ newHistoryFrom: undefined, lostEntries: 0 });
  expect(await existing(tested.store, roomId)).toMatchObject({ head, floorSeq: 0, snapshot: undefined });
  expect(await tested.stream()).toEqual(['log 0', 'entries']);
  await tested.close();
});

describe('snapshots whose records are damaged, on a relay', () => {
  let relay: RelayOnDisk;

  beforeEach(async () => {
    relay = await RelayOnDisk.start({
      compaction: { minBytes: 400, afterMs: 3_600_000, offerWithinMs: 30_000 },
    });
  });
  afterEach(() => relay.close());

  const documentOf = (copy: Provider) => copy.keys.editId ?? '';
  /** A document that was compacted twice, and what was written in it. */
  const compacted = async (): Promise<readonly [Provider, RoomId]> => {
    const copy = await relay.open();
    const { roomId } = copy.keys;
    for (const snapshots of [1, 2]) {
      await typed(copy, 'abc');
      copy.text.insert(copy.text.length, randomBytes(300).toString('hex'));
      await waitFor(`${snapshots} snapshots`, async () => {
        return (await relay.store.snapshots(roomId)).length === snapshots;
      });
      await typed(copy, 'abc');
    }
    return [copy, roomId];
  };

  test('[L4] [G2] where those of both are damaged, an editor sends what is missing, a newcomer sees all, and other rooms notice nothing', async () => {
    const [[ann, roomId], other] = [await compacted(), await relay.open()];
    await typed(other, 'undisturbed');
    const text = ann.text.toString();
    await relay.changed(async (database) => {
      for (const { info } of await readSnapshots(database, roomId, {}))
        await harms.damaged(database, snapshotKey(roomId, info.cursor.seq));
    });
    await relay.shows(ann, text);
    await relay.shows(await relay.open(documentOf(ann)), text);
    await relay.shows(other, 'undisturbed');
    const told = relay.warnings.filter((line) => line.includes('was damaged'));
    expect(told).toEqual([expect.stringContaining(roomId)]);
    await typed(ann, '!');
    await relay.shows(await relay.open(documentOf(ann)), `${text}!`);
  });

  test('[L4] where nobody has a copy, newcomers get what can be read, and write on', async () => {
    const [ann, roomId] = await compacted();
    await ann.close();
    await relay.changed(async (database) => {
      for (const { info } of await readSnapshots(database, roomId, {}))
        await harms.damaged(database, snapshotKey(roomId, info.cursor.seq));
    });
    const newcomer = await relay.open(documentOf(ann));
    await waitFor('a live newcomer', () => newcomer.status.connection.state === 'live', {
      seen: () => ({ status: newcomer.status, warnings: relay.warnings }),
    });
    await typed(newcomer, 'goes on');
    await relay.shows(await relay.open(documentOf(ann)), newcomer.text.toString());
    expect(newcomer.text.toString()).toContain('goes on');
  });
});
