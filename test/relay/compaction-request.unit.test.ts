import { describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import { uploadPauseMs } from '../../relay-server/member-uploads.ts';
import { settled } from './memory-relay.ts';
import { asked, compaction, refusals, SnapshotRoom } from './snapshot-room.ts';
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
