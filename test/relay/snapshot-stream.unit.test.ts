import { describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import { StoreError } from '../../relay-server/log-store.ts';
import { settled } from './memory-relay.ts';
import { asked, refusals, SnapshotRoom, snapshotOf, streamOf } from './snapshot-room.ts';
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
