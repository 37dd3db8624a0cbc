import { describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import { distrustPauseMs } from '../../relay-server/compaction.ts';
import { StoreError } from '../../relay-server/log-store.ts';
import { settled } from './memory-relay.ts';
import { asked, compaction, refusals, SnapshotRoom, streamOf } from './snapshot-room.ts';
import { storedSeqs } from './stored-snapshots.ts';
import { randomEntry } from './test-document.ts';

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
