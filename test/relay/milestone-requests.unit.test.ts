import { describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import { StoreError } from '../../relay-server/log-store.ts';
import type { MemoryMember } from './memory-relay.ts';
import { settled } from './memory-relay.ts';
import { refusals, SnapshotRoom } from './snapshot-room.ts';
import { randomEntry } from './test-document.ts';

async function listed(member: MemoryMember, ref: number) {
  member.say({ event: 'milestones', message: { ref } });
  await settled();
  return member.all('milestone-list').find((list) => list.ref === ref);
}

async function part(member: MemoryMember, ref: number, seq: number, offset: number) {
  member.say({ event: 'milestone', message: { ref, seq, offset } });
  await settled();
  return member.all('milestone-part').find((each) => each.ref === ref);
}

describe('older states', () => {
  test('[C7] an editor gets the list of all stored snapshots, oldest first', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    expect(await listed(ann, 1)).toEqual({ ref: 1, milestones: [] });
    const expected: unknown[] = [];
    for (const bytes of [300, 500, 400]) {
      const seq = await room.compacted(ann, { bytes: randomEntry(bytes) });
      expected.push({ cursor: await room.cursorAt(seq), createdMs: room.clock.epochMs(), bytes });
      room.clock.pass(1_200_000);
    }
    expect(await listed(ann, 2)).toEqual({ ref: 2, milestones: expected });
  });

  test('[C8] a stored snapshot is read chunk by chunk', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    const bytes = randomEntry(2 * limits.chunkBytes + 9);
    await room.compacted(ann, { bytes });
    const cursor = await room.cursorAt(10);
    const chunks: Uint8Array[] = [];
    for (const [ref, offset] of [0, limits.chunkBytes, 2 * limits.chunkBytes].entries()) {
      const got = await part(ann, ref, 10, offset);
      expect(got).toMatchObject({ ref, cursor, total: bytes.length, offset });
      chunks.push(got?.chunk ?? new Uint8Array());
    }
    expect(Buffer.compare(Buffer.concat(chunks), bytes)).toBe(0);
  });

  test('[C8] what is not there is refused, and nothing follows from it', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    await room.compacted(ann);
    await part(ann, 1, 9, 0);
    await part(ann, 2, 10, limits.chunkBytes);
    const readPart = room.store.readSnapshotPart.bind(room.store);
    room.store.readSnapshotPart = async () => {
      throw new StoreError('damaged', 'It went meanwhile.');
    };
    await part(ann, 3, 10, 0);
    room.store.readSnapshotPart = readPart;
    expect(refusals(ann)).toEqual([1, 2, 3].map((ref) => ['no-such-milestone', ref]));
    await room.write(ann, 1);
    expect(ann.seqs.at(-1)).toBe(11);
    expect(await part(ann, 4, 10, 0)).toMatchObject({ total: 500 });
  });

  test('[C7][C8] viewers are refused, and so is everyone before joining', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    await room.compacted(ann);
    const eve = await room.join(room.document, { role: 'view' });
    const stranger = room.connect();
    for (const member of [eve, stranger]) {
      await listed(member, 1);
      await part(member, 2, 10, 0);
      expect(member.all('milestone-list').length + member.all('milestone-part').length).toBe(0);
    }
    expect(refusals(eve)).toEqual([
      ['view-only', 1],
      ['view-only', 2],
    ]);
    expect(refusals(stranger)).toEqual([
      ['wrong-state', 1],
      ['wrong-state', 2],
    ]);
  });

  test('[G8] a chunk that does not begin where chunks do closes the connection', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    await room.compacted(ann);
    await part(ann, 1, 10, 5);
    expect([refusals(ann), ann.closed]).toEqual([[['malformed', undefined]], true]);
  });

  test('[G7] more than eight questions at once close the connection; eight in turn do not', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    await room.compacted(ann);
    for (let turn = 0; turn < 3; turn++) {
      for (let ref = 0; ref < 8; ref++) ann.say({ event: 'milestone', message: { ref, seq: 10, offset: 0 } });
      await settled();
    }
    expect([ann.all('milestone-part').length, ann.closed]).toEqual([24, false]);
    for (let ref = 0; ref < 9; ref++) ann.say({ event: 'milestones', message: { ref } });
    expect([refusals(ann), ann.closed]).toEqual([[['too-fast', undefined]], true]);
  });
});
