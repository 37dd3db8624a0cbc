import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import { StoreError } from '../../relay-server/log-store.ts';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import type { MemoryMember } from './memory-relay.ts';
import { settled } from './memory-relay.ts';
import { compaction, refusals, SnapshotRoom, snapshotOf, streamOf } from './snapshot-room.ts';
import { randomEntry } from './test-document.ts';

describe('a slow reader of a snapshot', () => {
  const budget = 3 * limits.chunkBytes;

  async function slowReader(store?: MemoryLogStore) {
    const room = new SnapshotRoom({ readerBudgetBytes: budget }, store);
    const ann = await room.editor();
    const bytes = randomEntry(20 * limits.chunkBytes);
    await room.compacted(ann, { unopened: [4], bytes });
    await room.write(ann, 1);
    const slow = await room.join(room.document, { role: 'view' });
    return { room, ann, bytes, slow };
  }
  const confirm = async (slow: MemoryMember) => {
    slow.say({ event: 'confirm', message: { bytes: slow.streamBytes } });
    await settled();
  };

  test('[S4][G7] gets its budget and no more, then the rest at its pace, and goes live', async () => {
    const { room, ann, bytes, slow } = await slowReader();
    expect(slow.streamBytes).toBeGreaterThanOrEqual(budget);
    expect(slow.streamBytes).toBeLessThan(budget + limits.payloadBytes);
    await room.write(ann, 5);
    expect(slow.streamBytes).toBeLessThan(budget + limits.payloadBytes);
    for (let turn = 0; turn < 20 && slow.all('live').length === 0; turn++) await confirm(slow);
    expect(Buffer.compare(snapshotOf(slow), bytes)).toBe(0);
    expect(slow.seqs).toEqual([4, 11, 12, 13, 14, 15, 16]);
  });

  test('[S6] one commit does not disturb it, two make it join again, and nobody is warned', async () => {
    const { room, ann, bytes, slow } = await slowReader();
    room.clock.pass(compaction.afterMs);
    await room.offer(ann, 11);
    await confirm(slow);
    expect(refusals(slow)).toEqual([]);
    await room.compacted(ann);
    expect(refusals(slow)).toEqual([]);
    await confirm(slow);
    expect(refusals(slow)).toEqual([['rejoin-first', undefined]]);
    expect(snapshotOf(slow).length).toBeLessThan(bytes.length);
    expect(room.warnings).toEqual([]);
    slow.join(room.document, { role: 'view' });
    await settled();
    expect(streamOf(slow)).toEqual(['snapshot 21', 'live 21']);
  });

  test('[S6] one commit lets it read to the end', async () => {
    const { room, ann, bytes, slow } = await slowReader();
    room.clock.pass(compaction.afterMs);
    await room.offer(ann, 11);
    for (let turn = 0; turn < 20 && slow.all('live').length === 0; turn++) await confirm(slow);
    expect(Buffer.compare(snapshotOf(slow), bytes)).toBe(0);
    expect(slow.seqs).toEqual([4, 11]);
  });

  test('[S6] [C4] an outdated offer and a store that failed do not disturb it', async () => {
    const store = readFromDisk(new MemoryLogStore());
    const { room, ann, bytes, slow } = await slowReader(store);
    room.clock.pass(compaction.afterMs);
    const ref = await room.offer(ann, 11, { cursor: { seq: 11, mark: randomEntry(16) } });
    expect(refusals(ann)).toEqual([['snapshot-outdated', ref]]);
    await confirm(slow);
    const bob = await room.editor();
    store.failNextWrite(new StoreError('store-failed', 'The disk failed.'));
    await room.offer(bob, 11);
    for (let turn = 0; turn < 20 && slow.all('live').length === 0; turn++) await confirm(slow);
    expect(refusals(slow)).toEqual([]);
    expect(Buffer.compare(snapshotOf(slow), bytes)).toBe(0);
    expect(slow.seqs).toEqual([4, 11]);
  });

  test('[S6] a reader of the log that two commits pass joins again and starts at the newest snapshot', async () => {
    const room = new SnapshotRoom({ readerBudgetBytes: 2 * limits.confirmBytes });
    const ann = await room.editor();
    const slow = await room.join(room.document, { role: 'view' });
    for (let times = 0; times < 2; times++) {
      await room.write(ann, 10, limits.inlineEntryBytes);
      await settled();
      await confirm(ann);
    }
    const read = slow.seqs.length;
    expect(read).toBeLessThan(20);
    await room.offer(ann, 19);
    await room.write(ann, 10);
    room.clock.pass(compaction.afterMs);
    await room.offer(ann, 30);
    await confirm(slow);
    expect(refusals(slow)).toEqual([['rejoin-first', undefined]]);
    expect(slow.seqs).toHaveLength(read);
    slow.join(room.document, { role: 'view' });
    await settled();
    expect(streamOf(slow)).toEqual(['snapshot 30', 'live 30']);
  });

  test('[S6] a reader whose snapshot is replaced at its seq joins again instead of getting a mixture', async () => {
    const { room, ann, slow } = await slowReader();
    await room.join(room.document, { role: 'view', beforeSeq: 10 });
    const ref = await room.offer(ann, 10, { bytes: randomEntry(20 * limits.chunkBytes) });
    expect(ann.acked.at(-1)).toEqual([ref, 10]);
    const sent = slow.streamBytes;
    await confirm(slow);
    expect([refusals(slow), slow.streamBytes]).toEqual([[['rejoin-first', undefined]], sent]);
  });
});

test('[G7] an open room holds the newest two snapshots and no other, however many it has', async () => {
  const store = new MemoryLogStore();
  const room = new SnapshotRoom({}, store);
  const ann = await room.editor();
  const refs: WeakRef<object>[] = [];
  const commit = store.commitSnapshot.bind(store);
  // The store hands out copies, as one that reads them from disk does.
  store.commitSnapshot = async (snapshot) => {
    const info = await commit(snapshot);
    if (info === undefined) return undefined;
    const copy = { ...info };
    refs.push(new WeakRef(copy));
    return copy;
  };
  for (let i = 0; i < 6; i++) {
    await room.compacted(ann);
    room.clock.pass(1_200_000);
  }
  expect(await store.snapshots(room.roomId)).toHaveLength(6);
  await settled();
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
  expect(refs.map((ref) => ref.deref() !== undefined)).toEqual([false, false, false, false, true, true]);
});

/** The store hands out what it knows of snapshots anew each time, as one does that reads it from a disk. */
function readFromDisk(store: MemoryLogStore): MemoryLogStore {
  const read = store.room.bind(store);
  store.room = async (roomId) => structuredClone(await read(roomId));
  return store;
}
