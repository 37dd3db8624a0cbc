import { randomBytes } from 'node:crypto';
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { nextMark } from '../../protocol/marks.ts';
import type { RoomRecord } from '../../relay-server/log-store.ts';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import type { RelayConfig } from '../../relay-server/relay-config.ts';
import type { LargeSealing } from '../../sync/copy-options.ts';
import { newMemoryDisk } from '../../sync/journal-memory.ts';
import type { Provider } from '../../sync/provider.ts';
import { open, seal } from '../../sync/sealing.ts';
import { entryOf, MemoryRoom } from './memory-room.ts';
import { expectSettled } from './two-copies.ts';

const minBytes = 1000;
const compaction = { minBytes, afterMs: 3_600_000, offerWithinMs: 30_000 };

/** A room in which a few words are worth a snapshot, with one editor in it. */
async function compactingRoom(config: Partial<RelayConfig> = {}) {
  const room = new MemoryRoom(new MemoryLogStore(), { compaction, ...config });
  const anna = room.open({ create: true });
  await room.settle();
  return { room, anna };
}

/** Writes so much that a snapshot is due, and lets it be made. */
async function compact(room: MemoryRoom, editor: Provider): Promise<void> {
  for (let word = 0; word < 12; word++) {
    editor.text.insert(0, `${randomBytes(20).toString('hex')} `);
    await room.time.pass(200);
  }
  await room.settle();
}

/** Seqs of the snapshots that the room's store has. */
async function snapshotsOf(room: MemoryRoom): Promise<number[]> {
  return (await room.store.snapshots(room.keys.roomId)).map(({ cursor }) => cursor.seq);
}

/** The room's record, for what is put into its store behind the relay's back. */
async function recordOf({ store, keys }: MemoryRoom): Promise<RoomRecord> {
  const record = await store.room(keys.roomId);
  if (record === undefined) throw new Error('no room');
  return record;
}

/** Puts an entry behind the last one, while the relay is not in use; gives its seq. */
async function putEntry(room: MemoryRoom, bytes: Uint8Array): Promise<number> {
  const { head, logBytes } = await recordOf(room);
  const position = { mark: nextMark(sha256, head.mark, bytes), logBytes: logBytes + bytes.length };
  await room.store.append([entryOf(room.keys.roomId, head.seq + 1, position, bytes)]);
  return head.seq + 1;
}

/** Puts a snapshot at the head, while the relay is not in use: one that opens nowhere, unless it is told what. */
async function putSnapshot(
  room: MemoryRoom,
  bytes: Uint8Array = new Uint8Array(randomBytes(200)),
): Promise<void> {
  const { store, keys } = room;
  const record = await recordOf(room);
  const spool = await store.openSpool();
  await spool.write(bytes);
  await spool.finish();
  const committed = await store.commitSnapshot({
    roomId: keys.roomId,
    cursor: record.head,
    previousSeq: record.snapshot?.cursor.seq ?? 0,
    createdMs: room.time.now(),
    unopened: [],
    digest: sha256(bytes),
    spool,
  });
  if (committed === undefined) throw new Error('the junk was not taken');
}

/** Takes a while to open anything large, and every snapshot. */
function slowWorker({ keys, time }: MemoryRoom, openMs = 10_000): LargeSealing {
  const slowly = <T>(work: () => T) =>
    new Promise<T>((resolve) => {
      time.after(openMs, () => resolve(work()));
    });
  return {
    seal: (kind, body) => slowly(() => seal(keys, kind, body)),
    open: (kind, sealed) => slowly(() => open(keys, kind, sealed)),
  };
}

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

  it('[S6] a snapshot that does not open hides nothing: newcomers start before it, and a new one is made', async () => {
    const { room, anna } = await compactingRoom();
    await compact(room, anna);
    anna.text.insert(0, 'after the snapshot ');
    await room.settle();
    await putSnapshot(room);
    const [, junkSeq = 0] = await snapshotsOf(room);
    await room.restartWith(room.store);
    const boris = room.open();
    await room.settle();
    await room.settle();
    expectSettled(anna, boris);
    expect((await snapshotsOf(room)).at(-1)).toBeGreaterThanOrEqual(junkSeq);
    const clara = room.open();
    await room.settle();
    expectSettled(anna, boris, clara);
  });

  it('[S6] [G4] a connection lost while such a snapshot is being opened makes nobody take it for read', async () => {
    const { room, anna } = await compactingRoom();
    await compact(room, anna);
    await putSnapshot(room);
    await room.restartWith(room.store);
    const boris = room.open({ worker: slowWorker(room) });
    await room.settle();
    expect(boris.status.connection.state).toBe('catching-up');
    boris.goOffline();
    await room.settle();
    boris.goOnline();
    for (let times = 0; times < 12; times++) await room.settle();
    expectSettled(anna, boris);
  });

  it('[S6] where no snapshot opens, newcomers wait until an editor who has the text has made one', async () => {
    const { room, anna } = await compactingRoom();
    await compact(room, anna);
    anna.goOffline();
    await putSnapshot(room);
    const { roomId } = room.keys;
    const junkSeq = await putEntry(room, new Uint8Array(randomBytes(60)));
    await putSnapshot(room);
    await room.store.trim(roomId, { beforeSeq: junkSeq - 1, keep: [], dropSnapshots: [] });
    await room.restartWith(room.store);
    const boris = room.open();
    const states = new Set<string>();
    boris.onStatus(({ connection }) => states.add(connection.state));
    for (let times = 0; times < 5; times++) await room.settle();
    expect(states).toContain('catching-up');
    expect(states).not.toContain('live');
    anna.goOnline();
    for (let times = 0; times < 24; times++) await room.settle();
    expect(anna.status).toMatchObject({ saved: true });
    expect(boris.status).toMatchObject({ saved: true });
    expect(boris.text.toString()).toBe(anna.text.toString());
  });

  it('[C2] [C5] an entry that nobody can open stays, and a newcomer finds it unopened, too', async () => {
    const { room, anna } = await compactingRoom();
    anna.goOffline();
    const { roomId } = room.keys;
    const junkSeq = await putEntry(room, new Uint8Array(60).fill(1));
    await room.restartWith(room.store);
    anna.goOnline();
    await room.settle();
    for (let times = 0; times < 3; times++) await compact(room, anna);
    expect((await room.store.snapshots(roomId)).at(-1)?.kept).toEqual([junkSeq]);
    const boris = room.open();
    await room.settle();
    expect(boris.status).toMatchObject({ saved: true, unopened: 1 });
    expect(boris.text.toString()).toBe(anna.text.toString());
  });

  it('[S6] [G4] a connection lost between a snapshot and what is kept beside it makes nobody miss that', async () => {
    const { room, anna } = await compactingRoom();
    anna.goOffline();
    await putEntry(room, new Uint8Array(60).fill(1));
    await room.restartWith(room.store);
    anna.goOnline();
    await room.settle();
    for (let times = 0; times < 3; times++) await compact(room, anna);
    for (let lostAfterMs = 0; lostAfterMs < 200; lostAfterMs += 2) {
      const boris = room.open();
      await room.time.pass(lostAfterMs);
      boris.goOffline();
      await room.settle();
      boris.goOnline();
      await room.settle();
      expect(boris.status, `lost after ${lostAfterMs} ms`).toMatchObject({ saved: true, unopened: 1 });
      await boris.close();
    }
  });

  it('[S6] [X4] a snapshot with values between letters is one that does not open', async () => {
    const { room, anna } = await compactingRoom();
    await compact(room, anna);
    anna.text.insert(0, 'after the snapshot ');
    await room.settle();
    const bad = new Y.Doc();
    bad.getArray('content').insert(0, [1, 2]);
    const { head } = await recordOf(room);
    await putSnapshot(room, seal(room.keys, { snapshotAt: head }, Y.encodeStateAsUpdate(bad)));
    await room.restartWith(room.store);
    const boris = room.open();
    await room.settle();
    await room.settle();
    expectSettled(anna, boris);
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
