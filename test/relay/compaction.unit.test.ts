import { describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import { distrustPauseMs } from '../../relay-server/compaction.ts';
import { StoreError } from '../../relay-server/log-store.ts';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import { uploadPauseMs } from '../../relay-server/member-uploads.ts';
import { settled } from './memory-relay.ts';
import { asked, compaction, refusals, SnapshotRoom, streamOf } from './snapshot-room.ts';
import { storedSeqs } from './snapshot-store-contract.ts';
import { randomEntry } from './test-document.ts';

describe('asking for a snapshot', () => {
  test('[C1] when the entries are more than the threshold one live editor is asked, once, and never a viewer', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    const eve = await room.join(room.document, { role: 'view' });
    const bob = await room.editor();
    await room.write(ann, 9);
    expect([asked(ann), asked(bob), asked(eve)]).toEqual([[], [], []]);
    await room.write(bob, 1);
    expect([asked(ann), asked(bob), asked(eve)]).toEqual([[0], [], []]);
    await room.write(ann, 5);
    expect([asked(ann), asked(bob), asked(eve)]).toEqual([[0], [], []]);
  });

  test('[C1] after a snapshot, the entries after it must be more than that snapshot too', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    await room.compacted(ann, { bytes: randomEntry(2000) });
    await room.write(ann, 20);
    expect(asked(ann)).toEqual([0]);
    await room.write(ann, 1);
    expect(asked(ann)).toEqual([0, 10]);
  });

  test('[C1] an hour after the newest snapshot any entry is worth another, no entry is not', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    room.clock.pass(compaction.afterMs);
    expect(asked(ann)).toEqual([]);
    await room.write(ann, 1);
    expect(asked(ann)).toEqual([0]);
    await room.offer(ann, 1);
    room.clock.pass(3 * compaction.afterMs);
    expect(asked(ann)).toEqual([0]);
    await room.write(ann, 1);
    expect(asked(ann)).toEqual([0, 1]);
    await room.offer(ann, 2);
    await room.write(ann, 1);
    room.clock.pass(compaction.afterMs - 1);
    expect(asked(ann)).toEqual([0, 1]);
    room.clock.pass(1);
    expect(asked(ann)).toEqual([0, 1, 2]);
  });

  test('[C1] the hour of a snapshot goes on while nobody has the room open', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    await room.compacted(ann);
    await room.write(ann, 1);
    ann.disconnect();
    expect(room.relay.openRooms).toBe(0);
    room.clock.pass(compaction.afterMs - 1);
    const bob = await room.editor();
    expect(asked(bob)).toEqual([]);
    room.clock.pass(1);
    expect(asked(bob)).toEqual([10]);
  });

  test('[C1] where no editor is live when it is time, the next one is asked when it is', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    await room.join(room.document, { role: 'view' });
    for (let ref = 0; ref < 10; ref++) ann.append(ref, randomEntry());
    ann.disconnect();
    await settled();
    const bob = await room.editor();
    expect(asked(bob)).toEqual([0]);
  });

  test('[C1] an editor that is silent, one that leaves and one that is refused are passed over in turn', async () => {
    const room = new SnapshotRoom();
    const [ann, bob, cid, dan] = [
      await room.editor(),
      await room.editor(),
      await room.editor(),
      await room.editor(),
    ];
    const all = () => [ann, bob, cid, dan].map((member) => asked(member).length);
    await room.write(dan, 10);
    expect(all()).toEqual([1, 0, 0, 0]);
    room.clock.pass(compaction.offerWithinMs - 1);
    expect(all()).toEqual([1, 0, 0, 0]);
    room.clock.pass(1);
    expect(all()).toEqual([1, 1, 0, 0]);
    bob.disconnect();
    expect(all()).toEqual([1, 1, 1, 0]);
    await room.announce(cid, 10, { previousSeq: 7 });
    expect(all()).toEqual([1, 1, 1, 1]);
    // All have failed: there is a rest, then the first one that is left is asked again.
    room.clock.pass(compaction.offerWithinMs);
    await room.write(dan, 5);
    room.clock.pass(9 * compaction.offerWithinMs);
    expect(all()).toEqual([1, 1, 1, 1]);
    room.clock.pass(compaction.offerWithinMs);
    expect(all()).toEqual([2, 1, 1, 1]);
  });

  test('[C1] during the rest someone new is asked at once', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    await room.write(ann, 10);
    room.clock.pass(compaction.offerWithinMs);
    const bob = await room.editor();
    expect([asked(ann), asked(bob)]).toEqual([[0], [0]]);
  });

  test('[C1] an editor that leaves whenever it is asked and comes back does not keep the relay asking', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    await room.join(room.document, { role: 'view' });
    await room.write(ann, 10);
    ann.disconnect();
    let times = 0;
    for (let turn = 0; turn < 40; turn++) {
      const crashing = await room.editor();
      times += asked(crashing).length;
      crashing.disconnect();
    }
    expect(times).toBeLessThan(20);
    room.clock.pass(10 * compaction.offerWithinMs);
    const bob = await room.editor();
    expect(asked(bob)).toEqual([0]);
  });

  test('[C1] an offer ends the waiting, however long its upload takes at its pace; one that pauses is refused and another asked', async () => {
    const room = new SnapshotRoom();
    const [ann, bob] = [await room.editor(), await room.editor()];
    const bytes = randomEntry(60 * limits.chunkBytes);
    await room.write(ann, 10);
    const ref = await room.announce(ann, 10);
    for (let index = 0; index < 50; index++) {
      room.clock.pass(3900);
      await room.uploadChunk(ann, ref, bytes, index * limits.chunkBytes);
    }
    expect([asked(bob), refusals(ann)]).toEqual([[], []]);
    room.clock.pass(uploadPauseMs);
    expect([asked(bob), refusals(ann)]).toEqual([[0], [['wrong-state', ref]]]);
    // An announcement without a chunk is a pause, too.
    const second = await room.announce(bob, 10);
    room.clock.pass(uploadPauseMs);
    expect(refusals(bob)).toEqual([['wrong-state', second]]);
  });

  test('[C1] [U4] an editor whose upload trickles is passed over after a minute; whoever is complete first counts', async () => {
    for (const first of ['ann', 'bob'] as const) {
      const room = new SnapshotRoom();
      const [ann, bob] = [await room.editor(), await room.editor()];
      const bytes = randomEntry(4 * limits.chunkBytes);
      await room.write(ann, 10);
      const ref = await room.announce(ann, 10);
      for (const index of [0, 1, 2]) {
        room.clock.pass(uploadPauseMs - 1);
        expect(asked(bob)).toEqual(index === 0 ? [] : [0]);
        await room.uploadChunk(ann, ref, bytes, index * limits.chunkBytes);
      }
      expect(refusals(ann)).toEqual([]);
      if (first === 'ann') await room.uploadChunk(ann, ref, bytes, 3 * limits.chunkBytes);
      const other = await room.offer(bob, 10);
      expect((await room.store.room(room.roomId))?.snapshot).toMatchObject({ cursor: { seq: 10 } });
      const committed = first === 'ann' ? ann.acked.at(-1) : bob.acked.at(-1);
      expect(committed).toEqual([first === 'ann' ? ref : other, 10]);
    }
  });

  test('[C1] a single editor on a slow line is not refused, and its snapshot is taken', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    const bytes = randomEntry(20 * limits.chunkBytes);
    await room.write(ann, 10);
    const ref = await room.announce(ann, 10);
    for (let index = 0; index < 20; index++) {
      room.clock.pass(uploadPauseMs - 1);
      await room.uploadChunk(ann, ref, bytes, index * limits.chunkBytes);
    }
    expect([refusals(ann), ann.acked.at(-1)]).toEqual([[], [ref, 10]]);
  });

  test('[G7] a room that nobody is in is dropped, and no timer holds it', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    await room.write(ann, 1);
    const bob = await room.editor();
    await room.write(bob, 10);
    for (const member of [ann, bob]) member.disconnect();
    expect(room.relay.openRooms).toBe(0);
    room.clock.pass(0);
    expect(room.clock.timers).toBe(0);
  });
});

describe('an offered snapshot', () => {
  test('[C4] is committed, acknowledged with its seq, and the room goes on', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    await room.write(ann, 12);
    const bytes = randomEntry(limits.chunkBytes + 5);
    const ref = await room.offer(ann, 11, { bytes });
    expect(ann.acked.at(-1)).toEqual([ref, 11]);
    expect(ann.all('received').map(({ bytes: got }) => got)).toEqual([limits.chunkBytes, bytes.length]);
    expect(await room.store.room(room.roomId)).toMatchObject({
      head: { seq: 12 },
      snapshot: { cursor: { seq: 11 }, bytes: bytes.length, logBytes: 1100, createdMs: room.clock.epochMs() },
    });
    await room.write(ann, 1);
    expect(ann.seqs.at(-1)).toBe(13);
    expect(refusals(ann)).toEqual([]);
  });

  test('[C4] nobody who was not asked may offer one; a viewer may not and nobody may before joining', async () => {
    const room = new SnapshotRoom();
    const [ann, bob] = [await room.editor(), await room.editor()];
    const eve = await room.join(room.document, { role: 'view' });
    await room.write(ann, 10);
    const stranger = room.connect();
    const refs = [await room.offer(bob, 10), await room.offer(eve, 10), await room.offer(stranger, 10)];
    expect(refusals(bob)).toEqual([
      ['wrong-state', refs[0]],
      ['wrong-state', refs[0]],
    ]);
    expect(refusals(eve)[0]).toEqual(['view-only', refs[1]]);
    expect(refusals(stranger)[0]).toEqual(['wrong-state', refs[2]]);
    expect(await room.store.snapshots(room.roomId)).toEqual([]);
    // None of these shuts anyone out.
    await room.write(bob, 1);
    expect(ann.seqs.at(-1)).toBe(11);
  });

  test.each([
    ['another mark', 21, { cursor: { seq: 21, mark: randomEntry(16) } }],
    ['a seq that the log does not have', 99, {}],
    ['another newest snapshot', 21, { previousSeq: 0 }],
    ['a newest snapshot that is none', 21, { previousSeq: 11 }],
    ['nothing new', 10, {}],
    ['less than the newest', 9, {}],
  ])('[C4] with %s is outdated, and the next one is taken', async (_, seq, changes) => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    await room.compacted(ann);
    await room.write(ann, 11);
    const bob = await room.editor();
    const ref = await room.offer(ann, seq, changes);
    expect(refusals(ann)).toEqual([['snapshot-outdated', ref]]);
    expect(asked(bob)).toEqual([10]);
    await room.offer(bob, 21);
    expect(await room.store.room(room.roomId)).toMatchObject({
      snapshot: { cursor: { seq: 21 } },
      previousSnapshot: { cursor: { seq: 10 } },
    });
  });

  test('[C4] of two editors that were asked one commits; the other is refused and may go on appending', async () => {
    const room = new SnapshotRoom();
    const [ann, bob] = [await room.editor(), await room.editor()];
    const bytes = randomEntry(2 * limits.chunkBytes);
    await room.write(ann, 10);
    room.clock.pass(compaction.offerWithinMs);
    const refs = [await room.announce(ann, 9), await room.announce(bob, 10)] as const;
    await room.uploadChunk(ann, refs[0], bytes, 0);
    await room.upload(bob, refs[1], bytes);
    expect(bob.acked.at(-1)).toEqual([refs[1], 10]);
    expect(refusals(ann)).toEqual([['snapshot-outdated', refs[0]]]);
    // The chunk that was on its way when the other was committed is not refused once more.
    await room.uploadChunk(ann, refs[0], bytes, limits.chunkBytes);
    await room.write(ann, 1);
    expect([bob.seqs.at(-1), refusals(ann).length]).toEqual([11, 1]);
    expect((await room.store.snapshots(room.roomId)).map(({ cursor }) => cursor.seq)).toEqual([10]);
  });

  test('[C4] of two that are complete together one is committed', async () => {
    const room = new SnapshotRoom();
    const [ann, bob] = [await room.editor(), await room.editor()];
    await room.write(ann, 10);
    room.clock.pass(compaction.offerWithinMs);
    const refs = [await room.announce(ann, 9), await room.announce(bob, 10)] as const;
    const chunk = randomEntry(100);
    for (const [i, member] of [ann, bob].entries())
      member.say({
        event: 'upload',
        message: { ref: refs[i] ?? 0, kind: 'snapshot', total: 100, offset: 0, chunk },
      });
    await settled();
    expect(ann.acked.at(-1)).toEqual([refs[0], 9]);
    expect(refusals(bob)).toEqual([['snapshot-outdated', refs[1]]]);
  });

  test('[C2] one at a time: a second announcement is refused and the first goes on', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    await room.write(ann, 10);
    const first = await room.announce(ann, 10);
    const second = await room.announce(ann, 10);
    await room.upload(ann, first, randomEntry(100));
    expect(refusals(ann)).toEqual([['wrong-state', second]]);
    expect(ann.acked.at(-1)).toEqual([first, 10]);
  });

  test('[C2][U1] a snapshot and a large entry are uploaded beside each other', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    await room.write(ann, 10);
    const bytes = randomEntry(2 * limits.chunkBytes);
    const ref = await room.announce(ann, 10);
    for (const offset of [0, limits.chunkBytes]) {
      await room.uploadChunk(ann, ref, bytes, offset);
      const chunk = randomEntry(limits.chunkBytes);
      ann.say({ event: 'upload', message: { ref: 1, kind: 'entry', total: bytes.length, offset, chunk } });
      await settled();
    }
    expect(ann.acked.slice(-2)).toEqual([
      [ref, 10],
      [1, 11],
    ]);
  });

  test.each([
    ['over the window', 'too-fast', [0, limits.chunkBytes], 3 * limits.chunkBytes],
    ['with a gap', 'malformed', [limits.chunkBytes], 3 * limits.chunkBytes],
  ] as const)(
    '[C2][R2] one %s closes the connection, and leaves nothing',
    async (_, code, offsets, total) => {
      const store = countingStore();
      const room = new SnapshotRoom({ snapshotBytes: 4 * limits.chunkBytes }, store);
      const [ann, bob] = [await room.editor(), await room.editor()];
      await room.write(ann, 10);
      const ref = await room.announce(ann, 10);
      for (const offset of offsets) {
        const chunk = randomEntry(limits.chunkBytes);
        ann.say({ event: 'upload', message: { ref, kind: 'snapshot', total, offset, chunk } });
      }
      await settled();
      expect([refusals(ann).at(-1)?.[0], ann.closed]).toEqual([code, true]);
      expect([asked(bob), store.openSpools]).toEqual([[0], 0]);
    },
  );

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

describe('the hard cap of a log', () => {
  test('[C6] past it appends and uploads are refused, any editor may offer a snapshot, and after it they pass', async () => {
    const room = new SnapshotRoom({ logBytes: 2000, compaction: { ...compaction, minBytes: 1_000_000 } });
    const [ann, bob] = [await room.editor(), await room.editor()];
    await room.write(ann, 19);
    expect([refusals(ann), asked(ann)]).toEqual([[], []]);
    await room.write(ann, 1);
    expect([asked(ann), asked(bob)]).toEqual([[0], []]);
    ann.append(1, randomEntry());
    const chunk = randomEntry(100);
    bob.say({ event: 'upload', message: { ref: 2, kind: 'entry', total: 100_000, offset: 0, chunk } });
    await settled();
    expect(refusals(ann)).toEqual([['needs-snapshot', 1]]);
    expect(refusals(bob)).toEqual([['needs-snapshot', 2]]);
    expect(await room.store.room(room.roomId)).toMatchObject({ head: { seq: 20 } });
    const ref = await room.offer(bob, 20);
    expect(bob.acked.at(-1)).toEqual([ref, 20]);
    bob.join(room.document);
    await settled();
    await room.write(bob, 19);
    expect(ann.seqs.at(-1)).toBe(39);
  });
});

describe('what compaction takes out', () => {
  test('[C5] the newest two snapshots and all entries from the older one on stay', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    await room.compacted(ann);
    expect(await storedSeqs(room.store, room.roomId, 99)).toEqual(upTo(1, 10));
    await room.compacted(ann);
    expect(await storedSeqs(room.store, room.roomId, 99)).toEqual(upTo(10, 20));
    await room.write(ann, 5);
    await room.compacted(ann);
    expect(await storedSeqs(room.store, room.roomId, 99)).toEqual(upTo(20, 35));
    await room.write(ann, 1);
    expect(ann.seqs).toEqual(upTo(1, 36));
  });

  test('[C5] entries that the newest or the one before could not open stay, and go when neither names them', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    await room.compacted(ann, { unopened: [3, 4, 7] });
    await room.compacted(ann, { unopened: [4, 12] });
    expect(await storedSeqs(room.store, room.roomId, 99)).toEqual([3, 4, 7, ...upTo(10, 20)]);
    await room.compacted(ann, { unopened: [12] });
    expect(await storedSeqs(room.store, room.roomId, 99)).toEqual([4, 12, ...upTo(20, 30)]);
    await room.compacted(ann);
    await room.compacted(ann);
    expect(await storedSeqs(room.store, room.roomId, 99)).toEqual(upTo(40, 50));
  });

  test('[C2] [C5] [S6] with more than an offer can name, compaction goes on and all from the last named one on stays', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    const most = limits.unopenedEntries;
    for (let written = 0; written < 3 * most; written += 500) {
      await room.write(ann, 500);
      room.clock.pass(60_000);
    }
    const unopened = Array.from({ length: most }, (_, i) => 2 * i + 1);
    await room.offer(ann, 3 * most, { unopened });
    for (let times = 0; times < 3; times++) await room.compacted(ann, { unopened });
    const last = 2 * most - 1;
    const head = 3 * most + 30;
    expect(await storedSeqs(room.store, room.roomId, head)).toEqual([
      ...unopened.slice(0, -1),
      ...upTo(last, head),
    ]);
    const bob = await room.join(room.document, { role: 'view' });
    expect(streamOf(bob)).toEqual([
      `snapshot ${head}`,
      ...[...unopened.slice(0, -1), ...upTo(last, head)].map((seq) => `entry ${seq}`),
      `live ${head}`,
    ]);
    // Whoever can open all of them ends it.
    await room.compacted(ann);
    await room.compacted(ann);
    expect(await storedSeqs(room.store, room.roomId, head + 20)).toEqual(upTo(head + 10, head + 20));
  });

  test('[C5] a trim that failed is done after the next commit', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    const trim = room.store.trim.bind(room.store);
    await room.compacted(ann);
    room.store.trim = async () => {
      throw new StoreError('store-failed', 'The trim failed.');
    };
    await room.compacted(ann);
    expect(room.warnings.join()).toContain('The trim failed.');
    expect(await storedSeqs(room.store, room.roomId, 99)).toEqual(upTo(1, 20));
    room.store.trim = trim;
    await room.compacted(ann);
    expect(await storedSeqs(room.store, room.roomId, 99)).toEqual(upTo(20, 30));
  });

  test('[C7] snapshots before the newest two are thinned, and take no more than their quota', async () => {
    const room = new SnapshotRoom({ milestoneBytes: 1500 });
    const ann = await room.editor();
    const stored = async () => (await room.store.snapshots(room.roomId)).map(({ cursor }) => cursor.seq);
    for (let i = 0; i < 4; i++) {
      await room.compacted(ann);
      room.clock.pass(60_000);
    }
    // A minute apart: the first stays, the next is too near.
    expect(await stored()).toEqual([10, 30, 40]);
    for (let i = 0; i < 5; i++) {
      room.clock.pass(3_000_000);
      await room.compacted(ann);
    }
    // Of 500 bytes each three fit.
    expect(await stored()).toEqual([50, 60, 70, 80, 90]);
  });
});

test('[C7] what was far enough apart for its age is thinned when it is older', async () => {
  const room = new SnapshotRoom();
  const ann = await room.editor();
  for (const hours of [1, 19, 1, 1, 0]) {
    await room.compacted(ann);
    room.clock.pass(hours * 3_600_000);
  }
  const stored = await room.store.snapshots(room.roomId);
  expect(stored.map(({ cursor }) => cursor.seq)).toEqual([10, 30, 40, 50]);
});

describe('a snapshot that does not open', () => {
  test('[S6] another one is asked for, at most every ten minutes, and may be at the same seq', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    await room.compacted(ann);
    const eve = await room.join(room.document, { role: 'view', beforeSeq: 10 });
    expect(streamOf(eve)).toEqual([...upTo(1, 10).map((seq) => `entry ${seq}`), 'live 10']);
    expect(asked(ann)).toEqual([0, 10]);
    const bytes = randomEntry(300);
    const ref = await room.offer(ann, 10, { bytes });
    expect(ann.acked.at(-1)).toEqual([ref, 10]);
    const [stored, ...others] = await room.store.snapshots(room.roomId);
    expect([stored?.bytes, others]).toEqual([300, []]);
    await room.join(room.document, { role: 'view', beforeSeq: 10 });
    room.clock.pass(distrustPauseMs - 1);
    await room.join(room.document, { role: 'view', beforeSeq: 10 });
    expect(asked(ann)).toEqual([0, 10]);
    room.clock.pass(1);
    await room.join(room.document, { role: 'view', beforeSeq: 10 });
    expect(asked(ann)).toEqual([0, 10, 10]);
  });

  test('[S6] a first join with a seq of nothing asks nobody', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    await room.join(room.document, { beforeSeq: 5 });
    await room.compacted(ann);
    expect(asked(ann)).toEqual([0]);
  });
});

function upTo(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** A memory store that counts spools that are neither taken nor discarded, and whose disk may be full. */
function countingStore() {
  const spools = new Set<object>();
  const store = Object.assign(new MemoryLogStore(), { full: false, openSpools: 0 });
  const count = () => {
    store.openSpools = spools.size;
  };
  const openSpool = store.openSpool.bind(store);
  store.openSpool = async () => {
    const spool = await openSpool();
    const [write, discard] = [spool.write.bind(spool), spool.discard.bind(spool)];
    spools.add(spool);
    count();
    return Object.assign(spool, {
      write: async (chunk: Uint8Array) => {
        if (store.full) throw new StoreError('disk-full', 'The disk is full.');
        await write(chunk);
      },
      discard: async () => {
        spools.delete(spool);
        count();
        await discard();
      },
    });
  };
  return store;
}
