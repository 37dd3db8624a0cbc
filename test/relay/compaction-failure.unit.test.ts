import { describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import { StoreError } from '../../relay-server/log-store.ts';
import { countingStore } from './counting-store.ts';
import { settled } from './memory-relay.ts';
import { asked, compaction, refusals, SnapshotRoom } from './snapshot-room.ts';
import { storedSeqs } from './stored-snapshots.ts';
import { randomEntry } from './test-document.ts';

describe('an offered snapshot that fails', () => {
  test('[C4] [G8] one over the largest is refused and nothing else, its editor is not asked again soon, another is', async () => {
    const store = countingStore();
    const room = new SnapshotRoom({ snapshotBytes: 4 * limits.chunkBytes }, store);
    const [ann, bob] = [await room.editor(), await room.editor()];
    await room.write(ann, 10);
    const ref = await room.announce(ann, 10);
    const bytes = randomEntry(8 * limits.chunkBytes);
    // The second chunk was on its way when the first was refused.
    for (const offset of [0, limits.chunkBytes]) await room.uploadChunk(ann, ref, bytes, offset);
    expect([refusals(ann), ann.closed, store.openSpools]).toEqual([[['too-large', ref]], false, 0]);
    expect(asked(bob)).toEqual([0]);
    bob.disconnect();
    await room.write(ann, 1);
    expect(ann.seqs.at(-1)).toBe(11);
    room.clock.pass(9 * compaction.offerWithinMs);
    expect(asked(ann)).toEqual([0]);
    room.clock.pass(2 * compaction.offerWithinMs);
    expect(asked(ann)).toEqual([0, 0]);
  });

  test('[C5] [G2] one whose editor could not open what the newest holds is never taken, though the entries are gone', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    for (let times = 0; times < 3; times++) await room.compacted(ann);
    expect(await storedSeqs(room.store, room.roomId, 9)).toEqual([]);
    const bob = await room.editor();
    await room.write(ann, 10);
    const ref = await room.announce(bob, 40, { unopened: [2], previousSeq: 30 });
    const [asks, lacks] =
      asked(bob).length > 0 ? [bob, ref] : [ann, await room.announce(ann, 40, { unopened: [2] })];
    expect(refusals(asks).at(-1)).toEqual(['snapshot-outdated', lacks]);
    await room.offer(asks === ann ? bob : ann, 40, { unopened: [33], previousSeq: 30 });
    expect(await room.store.room(room.roomId)).toMatchObject({
      snapshot: { cursor: { seq: 40 }, kept: [33] },
    });
  });

  test('[C2] entries after its cursor are not named by a snapshot', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    await room.write(ann, 10);
    await room.announce(ann, 9, { unopened: [10] });
    expect([refusals(ann), ann.closed]).toEqual([[['malformed', undefined]], true]);
  });

  test('[C4] an editor that leaves in the middle of the upload leaves nothing, and another is asked', async () => {
    const store = countingStore();
    const room = new SnapshotRoom({}, store);
    const [ann, bob] = [await room.editor(), await room.editor()];
    await room.write(ann, 10);
    const ref = await room.announce(ann, 10);
    await room.uploadChunk(ann, ref, randomEntry(2 * limits.chunkBytes), 0);
    expect(store.openSpools).toBe(1);
    ann.disconnect();
    await settled();
    expect([store.openSpools, asked(bob)]).toEqual([0, [0]]);
    expect(await store.snapshots(room.roomId)).toEqual([]);
  });

  test('[C4][G7] a disk that is full refuses the snapshot and nothing else; nobody is asked for a while', async () => {
    const store = countingStore();
    const room = new SnapshotRoom({}, store);
    const [ann, bob] = [await room.editor(), await room.editor()];
    await room.write(ann, 10);
    const bytes = randomEntry(2 * limits.chunkBytes);
    const ref = await room.announce(ann, 10);
    await room.uploadChunk(ann, ref, bytes, 0);
    store.full = true;
    await room.uploadChunk(ann, ref, bytes, limits.chunkBytes);
    expect(refusals(ann)).toEqual([['disk-full', ref]]);
    expect(store.openSpools).toBe(0);
    store.full = false;
    await room.write(ann, 1);
    expect([bob.seqs.at(-1), asked(bob)]).toEqual([11, []]);
    room.clock.pass(10 * compaction.offerWithinMs);
    expect(asked(bob)).toEqual([0]);
    const second = await room.offer(bob, 11);
    expect(bob.acked.at(-1)).toEqual([second, 11]);
  });

  test('[G1] a commit that fails is refused, heads are read again, and the next one is committed', async () => {
    const store = countingStore();
    const room = new SnapshotRoom({}, store);
    const ann = await room.editor();
    await room.write(ann, 10);
    const ref = await room.announce(ann, 10);
    store.failNextWrite(new StoreError('store-failed', 'The disk is gone.'));
    await room.upload(ann, ref, randomEntry(100));
    expect(refusals(ann)).toEqual([['store-failed', ref]]);
    expect(room.warnings.join()).toContain('The disk is gone.');
    await room.write(ann, 1);
    expect(ann.seqs.at(-1)).toBe(11);
    room.clock.pass(10 * compaction.offerWithinMs);
    const second = await room.offer(ann, 11);
    expect([ann.acked.at(-1), store.openSpools]).toEqual([[second, 11], 0]);
  });

  test('[C4] a commit that failed and is on disk nevertheless is the newest one from then on', async () => {
    const store = countingStore();
    const room = new SnapshotRoom({}, store);
    const ann = await room.editor();
    await room.write(ann, 10);
    const commit = store.commitSnapshot.bind(store);
    store.commitSnapshot = async (snapshot) => {
      store.commitSnapshot = commit;
      await commit(snapshot);
      throw new StoreError('store-failed', 'The answer was lost.');
    };
    await room.offer(ann, 10);
    await room.write(ann, 10);
    room.clock.pass(10 * compaction.offerWithinMs);
    expect(asked(ann)).toEqual([0, 10]);
    await room.offer(ann, 20);
    expect((await store.snapshots(room.roomId)).map(({ cursor }) => cursor.seq)).toEqual([10, 20]);
  });

  test('[R1] a relay that closes commits what is complete', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    await room.write(ann, 10);
    const ref = await room.announce(ann, 10);
    const commit = room.store.commitSnapshot.bind(room.store);
    let release = () => {};
    room.store.commitSnapshot = async (snapshot) => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return await commit(snapshot);
    };
    await room.upload(ann, ref, randomEntry(100));
    let closed = false;
    const closing = room.relay.close().then(() => {
      closed = true;
    });
    await settled();
    expect(closed).toBe(false);
    release();
    await closing;
    expect(ann.acked.at(-1)).toEqual([ref, 10]);
  });
});
