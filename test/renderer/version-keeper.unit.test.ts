import { signal } from '@preact/signals';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import type { DocumentSession } from '../../renderer/editor/document-session.ts';
import { type KeptReason, KeptVersions } from '../../renderer/editor/kept-versions.ts';
import { keepVersions } from '../../renderer/editor/version-keeper.ts';
import { noteRestoration } from '../../sync/restoration.ts';
import { MemoryRoom } from '../fuzz/memory-room.ts';

/** What has been kept: why, and its text. */
const kept: string[] = [];
const idle: (() => void)[] = [];

beforeEach(() => {
  kept.length = 0;
  idle.length = 0;
  vi.stubGlobal('window', {
    addEventListener: () => {},
    removeEventListener: () => {},
    setInterval: () => 0,
    clearInterval: () => {},
  });
  vi.stubGlobal('requestIdleCallback', (task: () => void) => idle.push(task));
  vi.spyOn(KeptVersions.prototype, 'list').mockResolvedValue([]);
  vi.spyOn(KeptVersions.prototype, 'keep').mockImplementation((version, update) => {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, update);
    const reason: KeptReason = version.reason;
    kept.push(`${reason}: ${doc.getText('content').toString()}`);
    return Promise.resolve();
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** Does what waits for a quiet moment, and what follows from it. */
async function quietMoment(room: MemoryRoom): Promise<void> {
  while (idle.length > 0) {
    for (const task of idle.splice(0)) task();
    await room.settle();
  }
}

/** A window on a document of the room, which keeps versions from now on. */
function windowOn(room: MemoryRoom, opened = room.open()) {
  vi.spyOn(Date, 'now').mockImplementation(() => room.time.now());
  const status = signal(opened.status);
  const isKnown = signal(opened.isKnownHere);
  opened.onStatus((next) => {
    status.value = next;
    if (next.connection.state === 'live') isKnown.value = true;
  });
  const session: DocumentSession = {
    keys: room.keys,
    personId: '',
    provider: signal(opened),
    status,
    title: signal(''),
    people: signal([]),
    isKnown,
    failed: signal(false),
    setTitle: () => {},
    close: () => opened.close(),
  };
  return { opened, keeper: keepVersions(session) };
}

describe('versions on this computer', () => {
  it('have the text before a restoration only where its window was there for it', async () => {
    const room = new MemoryRoom();
    const anna = room.open({ create: true });
    await room.settle();
    const restore = (to: string) =>
      anna.doc.transact(() => {
        anna.text.delete(0, anna.text.length);
        anna.text.insert(0, to);
        noteRestoration(anna.meta, { by: anna.doc.clientID, atMs: 2, ofMs: 1 });
      });
    anna.text.insert(0, 'first');
    restore('second');
    await room.settle();
    const boris = windowOn(room);
    await room.settle();
    await quietMoment(room);
    expect(kept).toEqual(['opened: second']);

    boris.opened.goOffline();
    await room.settle();
    restore('third');
    await room.settle();
    boris.opened.goOnline();
    await room.settle();
    await quietMoment(room);
    expect(boris.opened.text.toString()).toBe('third');
    expect(kept, 'one that is told later').toEqual(['opened: second']);

    restore('fourth');
    await room.settle();
    await quietMoment(room);
    expect(kept).toEqual(['opened: second', 'restored: third']);
  });

  it('have the first text of a new document as written here, however soon it is written', async () => {
    const room = new MemoryRoom();
    const created = room.open({ create: true });
    await room.settle();
    const { opened } = windowOn(room, created);
    opened.text.insert(0, 'new');
    await room.settle();
    await quietMoment(room);
    expect(kept).toEqual(['meanwhile: new']);
  });

  it('are of changes of the text alone, not of comments and names', async () => {
    const room = new MemoryRoom();
    const anna = room.open({ create: true });
    await room.settle();
    anna.text.insert(0, 'text');
    await room.settle();
    const boris = windowOn(room);
    await room.settle();
    await quietMoment(room);
    expect(kept).toEqual(['opened: text']);
    anna.comments.set('thread/1', { by: 1, at: 1, text: 'words' });
    anna.setUser({ name: 'Anna', color: 1 });
    await room.settle();
    boris.keeper.stop();
    await quietMoment(room);
    await room.settle();
    expect(kept, 'when it is left').toEqual(['opened: text']);

    const carl = windowOn(room);
    await room.settle();
    await quietMoment(room);
    carl.opened.text.insert(0, 'more ');
    carl.keeper.stop();
    await room.settle();
    expect(kept.at(-1)).toBe('closed: more text');
  });
});
