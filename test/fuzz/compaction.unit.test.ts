import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { newMemoryDisk } from '../../sync/journal-memory.ts';
import { seal } from '../../sync/sealing.ts';
import { compact, compactingRoom, compaction, putEntry, slowWorker, snapshotsOf } from './compacting-room.ts';
import { expectSettled } from './two-copies.ts';

describe('a document that is compacted', () => {
  it('[C1] [C2] [S6] an editor makes the snapshot, and a newcomer starts with it', async () => {
    const { room, anna } = await compactingRoom();
    await compact(room, anna);
    expect(await snapshotsOf(room)).toHaveLength(1);
    const boris = room.open();
    await room.settle();
    expectSettled(anna, boris);
  });

  it('[C5] [S1] after the next one the oldest entries are gone; who was away gets a delta or the snapshot, and loses nothing', async () => {
    const { room, anna } = await compactingRoom();
    const disk = newMemoryDisk();
    const away = room.open({ disk });
    await room.settle();
    away.goOffline();
    away.text.insert(0, 'written while away ');
    for (let times = 0; times < 3; times++) await compact(room, anna);
    const snapshots = await snapshotsOf(room);
    expect(snapshots.length).toBeGreaterThanOrEqual(2);
    expect(await room.store.position(room.keys.roomId, 1), 'the first entry').toBeUndefined();
    away.goOnline();
    const newcomer = room.open();
    await room.settle();
    await room.settle();
    expectSettled(anna, away, newcomer);
    expect(newcomer.text.toString()).toContain('written while away ');
  });

  it('[C6] a full log takes appends again: whoever is refused makes the snapshot first', async () => {
    const { room, anna } = await compactingRoom({
      compaction: { ...compaction, minBytes: 1e9 },
      logBytes: 2000,
    });
    const boris = room.open();
    await room.settle();
    for (let word = 0; word < 60; word++) {
      anna.text.insert(0, `anna ${word} ${randomBytes(20).toString('hex')} `);
      boris.text.insert(0, `boris ${word} ${randomBytes(20).toString('hex')} `);
      await room.time.pass(50);
    }
    for (let times = 0; times < 60; times++) await room.settle();
    expectSettled(anna, boris);
    expect((await snapshotsOf(room)).length).toBeGreaterThan(0);
    const newcomer = room.open();
    await room.settle();
    expectSettled(anna, boris, newcomer);
    for (let word = 0; word < 60; word++) expect(newcomer.text.toString()).toContain(`boris ${word} `);
  });

  it('[C6] it may take any time to load the full log that has to be compacted first', async () => {
    const { room, anna } = await compactingRoom({
      compaction: { ...compaction, minBytes: 1e9 },
      logBytes: 1_000_000,
    });
    const disk = newMemoryDisk();
    const away = room.open({ disk });
    await room.settle();
    away.goOffline();
    away.text.insert(0, 'written while away ');
    await room.settle();
    await away.close();
    await anna.close();
    const writer = new Y.Doc();
    const updates: Uint8Array[] = [];
    writer.on('update', (update: Uint8Array) => updates.push(update));
    for (let entry = 0; entry < 6; entry++) {
      writer.getText('content').insert(0, randomBytes(300_000).toString('hex'));
      await putEntry(room, seal(room.keys, 'entry', updates.at(-1) ?? new Uint8Array()));
    }
    await room.restartWith(room.store);
    const boris = room.open({ disk, worker: slowWorker(room, 15_000) });
    for (let times = 0; times < 150; times++) await room.settle();
    expectSettled(boris);
    expect(boris.text.toString()).toContain('written while away ');
    expect(await snapshotsOf(room)).not.toEqual([]);
  });

  it('[G2] an editor that dies while it uploads its snapshot loses nothing; another one makes it', async () => {
    const { room, anna } = await compactingRoom();
    const boris = room.open();
    await room.settle();
    for (let word = 0; word < 12; word++) anna.text.insert(0, `${randomBytes(2000).toString('hex')} `);
    await room.time.pass(900);
    await anna.close();
    for (let times = 0; times < 10; times++) await room.settle();
    expect((await snapshotsOf(room)).length).toBeGreaterThan(0);
    const clara = room.open();
    await room.settle();
    expectSettled(boris, clara);
    expect(clara.text.length).toBe(12 * 4001);
  });

  it('[S1] [G2] a relay restored from before its snapshots gets everything back', async () => {
    const { room, anna } = await compactingRoom();
    anna.text.insert(0, 'first ');
    await room.settle();
    const backup = room.store.copy();
    for (let times = 0; times < 3; times++) await compact(room, anna);
    await room.restartWith(backup);
    await room.settle();
    const boris = room.open();
    await room.settle();
    expectSettled(anna, boris);
  });

  it('[C7] [C8] an editor reads the older states', async () => {
    const { room, anna } = await compactingRoom();
    await compact(room, anna);
    const before = anna.text.toString();
    anna.text.delete(0, anna.text.length);
    await compact(room, anna);
    const listing = anna.milestones.list();
    await room.settle();
    const [oldest, ...newer] = await listing;
    expect(newer.length).toBeGreaterThan(0);
    if (oldest === undefined) throw new Error('no milestone');
    const reading = anna.milestones.text(oldest);
    await room.settle();
    expect(await reading).toBe(before);
  });
});
