import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { nextMark } from '../../protocol/marks.ts';
import { parseDocumentId } from '../../sync/document-id.ts';
import { newMemoryDisk } from '../../sync/journal-memory.ts';
import { deriveKeys } from '../../sync/keys.ts';
import { seal } from '../../sync/sealing.ts';
import { backupOf, entryOf, MemoryRoom } from './memory-room.ts';
import { PersonClock } from './person-clock.ts';
import { seededRandom } from './random.ts';

import { expectSettled, twoCopies } from './two-copies.ts';

describe('copies', () => {
  it('[G4] a viewer beside an editor on one journal does not wait for what is the editor’s to send', async () => {
    const { room } = await twoCopies();
    const disk = newMemoryDisk();
    const editor = room.open({ disk });
    await room.settle();
    editor.goOffline();
    editor.text.insert(0, 'unsent ');
    await room.settle();
    const viewId = parseDocumentId(room.keys.viewId);
    if (!viewId.ok) throw new Error(viewId.reason);
    const viewer = room.open({ disk, keys: deriveKeys(viewId.secret) });
    await room.settle();
    expect(viewer.status.unsaved).toBe(0);
    editor.goOnline();
    await room.settle();
    expect(editor.status.saved).toBe(true);
  });

  it('[J5] opening an unknown document is refused and makes nothing, also after typing in it', async () => {
    const room = new MemoryRoom();
    const stray = room.open();
    stray.text.insert(0, 'typed before the relay answered');
    await room.settle();
    expect(stray.status.connection).toMatchObject({ state: 'refused', code: 'unknown-document' });
    expect(await room.store.room(room.keys.roomId)).toBeUndefined();
  });

  it('[G6] a viewer receives everything and sends nothing, even when its copy is edited', async () => {
    const { room, anna } = await twoCopies();
    const viewId = parseDocumentId(room.keys.viewId);
    if (!viewId.ok) throw new Error(viewId.reason);
    const viewer = room.open({ keys: deriveKeys(viewId.secret) });
    await room.settle();
    expect(viewer.text.toString()).toBe(anna.text.toString());
    const head = (await room.store.room(room.keys.roomId))?.head.seq;
    viewer.text.insert(0, 'forbidden ');
    await room.settle();
    expect((await room.store.room(room.keys.roomId))?.head.seq).toBe(head);
    expect(anna.text.toString()).not.toContain('forbidden');
  });

  it('[G2] two windows on one journal write and close in any order and lose nothing', async () => {
    const { room, anna } = await twoCopies();
    const disk = newMemoryDisk();
    const [left, right] = [room.open({ disk }), room.open({ disk })];
    await room.settle();
    left.goOffline();
    left.text.insert(0, 'left ');
    right.text.insert(0, 'right ');
    await room.settle();
    await left.close();
    right.text.insert(0, 'right again ');
    await room.settle();
    await right.close();
    const again = room.open({ disk });
    await room.settle();
    expectSettled(anna, again);
    for (const words of ['left ', 'right ', 'right again ']) expect(anna.text.toString()).toContain(words);
    expect(disk.outbox.size).toBe(0);
  });

  it('[P3] people are there when they join and gone when they leave or drop off', async () => {
    const { room, anna, boris } = await twoCopies();
    const names = () =>
      [...anna.awareness.getStates().values()].map((state) => (state.user as { name: string }).name);
    expect(names()).toEqual(['Person 1', 'Person 2']);
    boris.setUser({ name: 'Renamed', color: 3 });
    await room.settle();
    expect(names()).toEqual(['Person 1', 'Renamed']);
    boris.goOffline();
    await room.settle();
    expect(names()).toEqual(['Person 1']);
    boris.goOnline();
    await room.settle();
    expect(names()).toEqual(['Person 1', 'Renamed']);
    anna.goOffline();
    expect(names()).toEqual(['Person 1']);
  });

  it('[G4] while a backlog is applied the status says how far it is, and live only when all of it is in the text', async () => {
    // A reader of a compacted log has no backlog.
    const compaction = { minBytes: Number.MAX_SAFE_INTEGER, afterMs: 3_600_000, offerWithinMs: 30_000 };
    const { room, anna } = await twoCopies({ compaction });
    anna.goOffline();
    const record = await room.store.room(room.keys.roomId);
    if (record === undefined) throw new Error('no room');
    let { logBytes } = record;
    let { seq, mark } = record.head;
    const random = seededRandom(8);
    const entries = Array.from({ length: 4000 }, () => {
      const updates: Uint8Array[] = [];
      const keep = (update: Uint8Array) => updates.push(update);
      anna.doc.once('update', keep);
      anna.text.insert(random.below(anna.text.length), 'y');
      const bytes = seal(room.keys, 'entry', updates[0] ?? new Uint8Array());
      mark = nextMark(sha256, mark, bytes);
      logBytes += bytes.length;
      seq += 1;
      return entryOf(room.keys.roomId, seq, { mark, logBytes }, bytes);
    });
    await room.store.append(entries);
    await room.restartWith(room.store);
    const reader = room.open();
    const seen: { readonly state: string; readonly received: number; readonly letters: number }[] = [];
    reader.onStatus(({ connection }) =>
      seen.push({
        state: connection.state,
        received: connection.state === 'catching-up' ? connection.receivedBytes : 0,
        letters: reader.text.length,
      }),
    );
    await room.settle();
    const catchingUp = seen.filter(({ state }) => state === 'catching-up');
    const received = catchingUp.map((each) => each.received);
    expect(new Set(received).size).toBeGreaterThan(3);
    expect(received).toEqual([...received].sort((one, other) => one - other));
    const letters = new Set(catchingUp.map((each) => each.letters));
    expect(letters.size, 'slices of which each shows').toBeGreaterThan(2);
    expect(seen.filter(({ state }) => state === 'live').map((each) => each.letters)).toEqual([
      anna.text.length,
    ]);
  });

  it('[G3] [G4] a clock that is set back or forward while people write keeps nothing from anyone', async () => {
    const { room, anna } = await twoCopies();
    const clock = new PersonClock(room.time);
    const boris = room.open({ clock });
    await room.settle();
    for (const shiftMs of [-24 * 3_600_000, 24 * 3_600_000, 0]) {
      anna.text.insert(0, 'from anna ');
      boris.text.insert(0, 'from boris ');
      await room.time.pass(60);
      clock.shiftMs = shiftMs;
      anna.text.insert(0, 'and again ');
      boris.setUser({ name: `Boris at ${shiftMs}`, color: 2 });
      await room.settle();
      expectSettled(anna, boris);
      const names = [...anna.awareness.getStates().values()].map(
        ({ user }) => (user as { name: string }).name,
      );
      expect(names).toContain(`Boris at ${shiftMs}`);
    }
  });

  it('an entry that does not open is counted and stops nothing', async () => {
    const { room, anna, boris } = await twoCopies();
    const record = await room.store.room(room.keys.roomId);
    if (record === undefined) throw new Error('no room');
    anna.goOffline();
    boris.goOffline();
    const backup = await backupOf(room.store, room.keys.roomId, record.head.seq);
    const junk = new Uint8Array(60).fill(1);
    const mark = nextMark(sha256, record.head.mark, junk);
    const position = { mark, logBytes: record.logBytes + junk.length };
    await backup.append([entryOf(room.keys.roomId, record.head.seq + 1, position, junk)]);
    await room.restartWith(backup);
    anna.goOnline();
    boris.goOnline();
    await room.settle();
    anna.text.insert(0, 'still writing ');
    await room.settle();
    expect(anna.status).toMatchObject({ saved: true, unopened: 1 });
    expect(boris.text.toString()).toBe(anna.text.toString());

    await room.restartWith(await backupOf(room.store, room.keys.roomId, record.head.seq));
    await room.settle();
    expect(anna.status, 'another history has other holes').toMatchObject({ saved: true, unopened: 0 });
  });

  it('[X4] a value that waits for what it builds on is not put between letters when that comes', async () => {
    const { room, anna, boris } = await twoCopies();
    for (const copy of [anna, boris]) copy.goOffline();
    const hostile = new Y.Doc();
    const updates: Uint8Array[] = [];
    hostile.on('update', (update: Uint8Array) => updates.push(update));
    hostile.getArray('content').insert(0, [1]);
    const letter = new Y.Doc();
    letter.clientID = hostile.clientID;
    letter.getText('content').insert(0, 'a');
    const onLetter = new Y.Doc();
    Y.applyUpdate(onLetter, Y.encodeStateAsUpdate(letter));
    onLetter.clientID = hostile.clientID;
    const waiting: Uint8Array[] = [];
    onLetter.on('update', (update: Uint8Array) => waiting.push(update));
    onLetter.getArray('content').push([1]);
    let { head, logBytes } = (await room.store.room(room.keys.roomId)) ?? {
      head: { seq: 0, mark: new Uint8Array(16) },
      logBytes: 0,
    };
    for (const update of [waiting[0] ?? new Uint8Array(), Y.encodeStateAsUpdate(letter)]) {
      const bytes = seal(room.keys, 'entry', update);
      head = { seq: head.seq + 1, mark: nextMark(sha256, head.mark, bytes) };
      logBytes += bytes.length;
      await room.store.append([entryOf(room.keys.roomId, head.seq, { mark: head.mark, logBytes }, bytes)]);
    }
    await room.restartWith(room.store);
    for (const copy of [anna, boris]) copy.goOnline();
    await room.settle();
    expect(anna.status).toMatchObject({ saved: true, unopened: 1 });
    expect(anna.text.toDelta()).toEqual([{ insert: expect.stringContaining('a') }]);
    anna.text.insert(0, 'still writing ');
    await room.settle();
    expect(boris.text.toString()).toBe(anna.text.toString());
  });

  it('[G4] text that waits for a change the relay has lost is told of', async () => {
    const room = new MemoryRoom();
    const anna = room.open({ create: true });
    await room.settle();
    for (const letter of 'abc') {
      anna.text.insert(anna.text.length, letter);
      await room.settle();
    }
    await anna.close();
    const { roomId } = room.keys;
    const lossy = await backupOf(room.store, roomId, 1);
    let { head, logBytes } = (await lossy.room(roomId)) ?? {
      head: { seq: 0, mark: new Uint8Array(16) },
      logBytes: 0,
    };
    const third = await room.store.read(roomId, 2, 3, 1e6);
    for (const bytes of [new Uint8Array(), third.type === 'entries' ? third.entries[0] : undefined]) {
      if (bytes === undefined) throw new Error('no third entry');
      head = { seq: head.seq + 1, mark: nextMark(sha256, head.mark, bytes) };
      logBytes += bytes.length;
      await lossy.append([entryOf(roomId, head.seq, { mark: head.mark, logBytes }, bytes)]);
    }
    await room.restartWith(lossy);
    const boris = room.open();
    await room.settle();
    expect(boris.text.toString()).toBe('a');
    expect(boris.status).toMatchObject({ incomplete: true });
  });
});
