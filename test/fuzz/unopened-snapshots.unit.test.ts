import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { seal } from '../../sync/sealing.ts';
import {
  compact,
  compactingRoom,
  putEntry,
  putSnapshot,
  recordOf,
  slowWorker,
  snapshotsOf,
} from './compacting-room.ts';
import { expectSettled } from './two-copies.ts';

describe('a snapshot or an entry that does not open', () => {
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
});
