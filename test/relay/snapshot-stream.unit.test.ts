import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import { StoreError } from '../../relay-server/log-store.ts';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import type { MemoryMember } from './memory-relay.ts';
import { settled } from './memory-relay.ts';
import { asked, compaction, refusals, SnapshotRoom, streamOf } from './snapshot-room.ts';
import { randomEntry } from './test-document.ts';

/** A room whose newest snapshot is at 20, the one before at 10, the head at 22. */
async function twiceCompacted(options: ConstructorParameters<typeof SnapshotRoom>[0] = {}) {
  const room = new SnapshotRoom(options);
  const ann = await room.editor();
  const [previous, newest] = [randomEntry(700), randomEntry(limits.chunkBytes + 100)];
  await room.compacted(ann, { bytes: previous, unopened: [3] });
  await room.compacted(ann, { bytes: newest, unopened: [3, 5, 12, 13] });
  await room.write(ann, 2);
  return { room, ann, previous, newest };
}

/** The bytes of the snapshot a member was sent. */
function snapshotOf(member: MemoryMember): Buffer {
  return Buffer.concat(member.all('snapshot-part').map(({ chunk }) => chunk));
}

const entries = (...seqs: number[]) => seqs.map((seq) => `entry ${seq}`);

describe('a stream after compaction', () => {
  test('[S1][C5] a cursor from the previous snapshot on gets the delta, an older one the newest snapshot', async () => {
    const { room, newest } = await twiceCompacted();
    const cursorAt = (seq: number) => room.cursorAt(seq);
    const start = ['snapshot 20', ...entries(3, 5, 12, 13, 21, 22), 'live 22'];
    const cases = [
      {
        cursor: await cursorAt(10),
        start: 'delta',
        stream: [...entries(11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22), 'live 22'],
      },
      { cursor: await cursorAt(22), start: 'delta', stream: ['live 22'] },
      { cursor: await cursorAt(0), start: 'snapshot', stream: start },
      { cursor: await cursorAt(3), start: 'snapshot', stream: start },
      { cursor: { seq: 15, mark: randomEntry(16) }, start: 'snapshot', stream: start },
      { cursor: { seq: 99, mark: randomEntry(16) }, start: 'snapshot', stream: start },
      { cursor: undefined, start: 'snapshot', stream: start },
    ];
    for (const { cursor, start: how, stream } of cases) {
      const bob = await room.join(room.document, { cursor });
      expect([cursor?.seq, bob.all('joined')[0]?.start, streamOf(bob)]).toEqual([cursor?.seq, how, stream]);
      if (how === 'snapshot') expect(Buffer.compare(snapshotOf(bob), newest)).toBe(0);
    }
  });

  test('[S6] a snapshot is sent in parts with its cursor; what joined says fits what follows', async () => {
    const { room, newest } = await twiceCompacted();
    const bob = await room.join(room.document);
    const cursor = await room.cursorAt(20);
    expect(bob.all('joined')).toMatchObject([{ start: 'snapshot', from: cursor, head: { seq: 22 } }]);
    expect(bob.all('joined')[0]?.streamBytes).toBe(newest.length + 200);
    expect(bob.all('snapshot-part').map(({ chunk, ...rest }) => ({ ...rest, bytes: chunk.length }))).toEqual([
      { cursor, total: newest.length, offset: 0, bytes: limits.chunkBytes },
      { cursor, total: newest.length, offset: limits.chunkBytes, bytes: 100 },
    ]);
    await room.write(bob, 1);
    expect(bob.seqs.at(-1)).toBe(23);
  });

  test('[S6] kept entries come after the snapshot and before the log, small ones together and large ones in parts', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    await room.write(ann, 2);
    const large = randomEntry(2 * limits.chunkBytes);
    for (const offset of [0, limits.chunkBytes]) {
      const chunk = large.subarray(offset, offset + limits.chunkBytes);
      ann.say({ event: 'upload', message: { ref: 1, kind: 'entry', total: large.length, offset, chunk } });
      await settled();
    }
    await room.write(ann, 3);
    await room.offer(ann, 6, { unopened: [1, 2, 3, 5, 6] });
    const bob = await room.join(room.document);
    expect(streamOf(bob)).toEqual(['snapshot 6', ...entries(1, 2), 'part 3', ...entries(5, 6), 'live 6']);
    expect(bob.all('entries').map(({ firstSeq }) => firstSeq)).toEqual([1, 5]);
    expect(Buffer.compare(Buffer.concat(bob.all('part').map(({ chunk }) => chunk)), large)).toBe(0);
  });

  test('[C5] unopened entries that both snapshots keep still reach newcomers after several compactions', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    for (let i = 0; i < 4; i++) await room.compacted(ann, { unopened: [2, 7] });
    const bob = await room.join(room.document);
    expect(streamOf(bob)).toEqual(['snapshot 40', ...entries(2, 7), 'live 40']);
    expect(bob.all('entries').flatMap(({ entries: sent }) => sent)).toEqual(
      ann
        .all('entries')
        .flatMap(({ firstSeq, entries: sent }) => sent.filter((_, i) => [2, 7].includes(firstSeq + i))),
    );
  });

  test('[S6] before a seq the stream starts with the snapshot before, then with nothing; a new one is asked for', async () => {
    const { room, ann, previous } = await twiceCompacted();
    const bob = await room.join(room.document, { role: 'view', beforeSeq: 20 });
    expect(streamOf(bob)).toEqual([
      'snapshot 10',
      ...entries(3, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22),
      'live 22',
    ]);
    expect(Buffer.compare(snapshotOf(bob), previous)).toBe(0);
    expect(asked(ann)).toEqual([0, 10, 20]);
    const eve = await room.join(room.document, { role: 'view', beforeSeq: 10 });
    expect(refusals(eve)).toEqual([['unreadable-snapshot', undefined]]);
    expect(eve.closed).toBe(false);
    const third = await room.offer(ann, 22);
    expect(ann.acked.at(-1)).toEqual([third, 22]);
    eve.join(room.document, { role: 'view' });
    await settled();
    expect(streamOf(eve)).toEqual(['snapshot 22', 'live 22']);
  });

  test('[S6] while the log is complete it is what is left', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    await room.compacted(ann);
    const bob = await room.join(room.document, { beforeSeq: 10 });
    expect(bob.all('joined')).toMatchObject([{ start: 'log', from: { seq: 0 } }]);
    expect(bob.seqs).toHaveLength(10);
  });

  test('[S6] a snapshot that the log does not agree with starts no stream', async () => {
    const { room } = await twiceCompacted();
    const position = room.store.position.bind(room.store);
    room.store.position = async (roomId, seq) =>
      seq === 20 ? { mark: randomEntry(16), logBytes: 0 } : await position(roomId, seq);
    const bob = await room.join(room.document);
    expect(streamOf(bob)[0]).toBe('snapshot 10');
  });

  test('[G1][S6] a snapshot whose file is damaged ends the stream, starts no other, and a new one is asked for', async () => {
    const { room, ann } = await twiceCompacted();
    const readPart = room.store.readSnapshotPart.bind(room.store);
    room.store.readSnapshotPart = async (roomId, snapshot, offset) => {
      if (snapshot.cursor.seq === 20) throw new StoreError('damaged', 'The file is damaged.');
      return await readPart(roomId, snapshot, offset);
    };
    const bob = await room.join(room.document, { role: 'view' });
    expect(refusals(bob)).toEqual([['store-failed', undefined]]);
    expect(room.warnings.join()).toContain('The file is damaged.');
    bob.join(room.document, { role: 'view' });
    await settled();
    expect(streamOf(bob)[0]).toBe('snapshot 10');
    expect(asked(ann)).toEqual([0, 10, 20]);
  });
});

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
