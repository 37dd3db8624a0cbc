import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { addReply, anchorOf, readThreads, startThread } from '../../sync/comments.ts';
import { parseDocumentId } from '../../sync/document-id.ts';
import { newMemoryDisk } from '../../sync/journal-memory.ts';
import { deriveKeys } from '../../sync/keys.ts';
import { readPeople } from '../../sync/people.ts';
import type { Provider } from '../../sync/provider.ts';
import { backupOf } from './memory-room.ts';
import { expectSettled, twoCopies } from './two-copies.ts';

/** Comments on the first letters; gives the thread. */
function comment({ text, comments, doc }: Provider, words: string): string {
  const quoted = text.toString().slice(0, 4);
  return startThread(comments, anchorOf(text, 0, 4, quoted), { by: doc.clientID, atMs: 1, text: words });
}

function reply({ comments, doc }: Provider, thread: string, words: string): void {
  addReply(comments, thread, { by: doc.clientID, atMs: 2, text: words });
}

/** Everything that has been said, threads and replies. */
function saidIn({ comments }: Provider): readonly string[] {
  const { threads } = readThreads(comments);
  return threads
    .flatMap(({ start, replies }) => [start?.text ?? '', ...replies.map((each) => each.text)])
    .sort();
}

describe('comments of a document', () => {
  it('[G2][G3] are kept like its text: offline, killed and opened again, sent when the relay is back', async () => {
    const { room, anna, boris } = await twoCopies();
    const thread = comment(anna, 'from anna');
    await room.settle();
    expect(saidIn(boris)).toEqual(['from anna']);
    const disk = newMemoryDisk();
    const carol = room.open({ disk });
    await room.settle();
    carol.goOffline();
    reply(carol, thread, 'from carol, offline');
    await room.time.pass(50);
    // Killed: what is in the journal is all there is.
    const again = room.open({ disk: { ...disk, outbox: new Map(disk.outbox), updates: [...disk.updates] } });
    reply(boris, thread, 'from boris');
    await room.settle();
    for (const copy of [anna, boris, again])
      expect(saidIn(copy)).toEqual(['from anna', 'from boris', 'from carol, offline']);
    expectSettled(anna, boris, again);
    expect([...readPeople(anna.people).values()].map(({ name }) => name).sort()).toEqual([
      'Person 1',
      'Person 2',
      'Person 3',
    ]);
  });

  it('[G2] come through snapshots, a relay restored from a backup, and a wiped one', async () => {
    const compaction = { minBytes: 1000, afterMs: 3_600_000, offerWithinMs: 30_000 };
    const { room, anna, boris } = await twoCopies({ compaction });
    const backup = await backupOf(room.store, room.keys.roomId, 2);
    const thread = comment(anna, 'before the snapshot');
    for (let word = 0; word < 12; word++) {
      anna.text.insert(0, `${randomBytes(20).toString('hex')} `);
      await room.time.pass(200);
    }
    await room.settle();
    expect((await room.store.snapshots(room.keys.roomId)).length).toBeGreaterThan(0);
    reply(boris, thread, 'after the snapshot');
    await room.settle();
    const newcomer = room.open();
    await room.settle();
    expect(saidIn(newcomer)).toEqual(['after the snapshot', 'before the snapshot']);
    await room.restartWith(backup);
    await room.settle();
    const later = room.open();
    await room.settle();
    expect(saidIn(later)).toEqual(['after the snapshot', 'before the snapshot']);
    expectSettled(anna, boris, newcomer, later);
  });

  it('[G3] are part of what copies compare: one that lacks a comment is told of', async () => {
    const { room, anna, boris } = await twoCopies();
    comment(anna, 'seen by all');
    await room.time.pass(60_000);
    expect([anna.status.diverged, boris.status.diverged]).toEqual([false, false]);
    // As a fault of a program would do it: past the log, into one copy.
    const stray = new Y.Doc();
    stray.getMap('comments').set('thread/1', { by: 1, at: 1, text: 'only here', anchor: {} });
    Y.transact(boris.doc, () => Y.applyUpdate(boris.doc, Y.encodeStateAsUpdate(stray)), 'a fault', false);
    await room.time.pass(60_000);
    anna.text.insert(0, 'x');
    await room.time.pass(60_000);
    expect([anna.status.diverged, boris.status.diverged]).toContain(true);
  });

  it('[G3] are of a new name at all openings, as soon as the document is live; a viewer renames nobody', async () => {
    const { room, boris } = await twoCopies();
    const first = room.open({ personId: 'a1' });
    await room.settle();
    comment(first, 'at the first opening');
    await room.settle();
    await first.close();
    const names = () =>
      [...readPeople(boris.people).values()].filter(({ id }) => id === 'a1').map(({ name }) => name);
    expect(names()).toEqual(['Person 3']);
    const viewId = parseDocumentId(room.keys.viewId);
    if (!viewId.ok) throw new Error(viewId.reason);
    const viewer = room.open({ keys: deriveKeys(viewId.secret), personId: 'a1' });
    await room.settle();
    viewer.setUser({ name: 'Seen as viewer', color: 1 });
    await room.settle();
    for (const copy of [boris, viewer])
      expect([...readPeople(copy.people).values()].map(({ name }) => name)).not.toContain('Seen as viewer');
    expectSettled(boris, viewer);
    const again = room.open({ personId: 'a1' });
    await room.settle();
    expect(names()).toEqual(['Person 5']);
    again.setUser({ name: 'Renamed', color: 1 });
    await room.settle();
    expect(names()).toEqual(['Renamed']);
    expectSettled(boris, viewer, again);
  });

  it('[G6] of a viewer reach nobody, and a viewer signs nothing', async () => {
    const { room, anna } = await twoCopies();
    const viewId = parseDocumentId(room.keys.viewId);
    if (!viewId.ok) throw new Error(viewId.reason);
    const thread = comment(anna, 'from anna');
    await room.settle();
    const viewer = room.open({ keys: deriveKeys(viewId.secret) });
    await room.settle();
    expect(saidIn(viewer)).toEqual(['from anna']);
    reply(viewer, thread, 'forbidden');
    await room.settle();
    expect(saidIn(anna)).toEqual(['from anna']);
    expect(readPeople(viewer.people).has(viewer.doc.clientID)).toBe(false);
  });
});
