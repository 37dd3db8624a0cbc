import { describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import { countingStore } from './counting-store.ts';
import { settled } from './memory-relay.ts';
import { asked, compaction, refusals, SnapshotRoom } from './snapshot-room.ts';
import { randomEntry } from './test-document.ts';

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
});
