import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import {
  addReply,
  anchorOf,
  deleteComment,
  maxCommentChars,
  maxQuoteChars,
  maxThreads,
  movePlace,
  readThreads,
  setResolved,
  startThread,
} from '../../sync/comments.ts';
import { partsOf } from '../../sync/plain-content.ts';

function copyOf(from: Y.Doc) {
  const doc = new Y.Doc();
  const parts = partsOf(doc);
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(from));
  return { doc, ...parts };
}

function meet(...docs: readonly Y.Doc[]): void {
  for (const doc of docs) for (const other of docs) Y.applyUpdate(doc, Y.encodeStateAsUpdate(other));
}

/** A document in which someone has commented on a word. */
function commented() {
  const doc = new Y.Doc();
  const parts = partsOf(doc);
  parts.text.insert(0, 'one two three');
  const anchor = anchorOf(parts.text, 4, 7, 'two');
  const id = startThread(parts.comments, anchor, { by: doc.clientID, atMs: 1000, text: 'Really?' });
  return { doc, ...parts, id, anchor };
}

const said = (by: number, text: string, atMs = 2000) => ({ by, atMs, text });

describe('threads of comments', () => {
  it('[X6] are kept under keys of their own, each with what it is and nothing else', () => {
    const { doc, comments, id, anchor } = commented();
    addReply(comments, id, said(2, 'So it is.'));
    setResolved(comments, id, true, 2, 3000);
    movePlace(comments, id, anchor);
    const { from, to, quote } = anchor;
    const shared = comments.toJSON() as Record<string, unknown>;
    const reply = Object.keys(shared).find((key) => key.startsWith('reply/')) ?? '';
    expect(reply).toMatch(new RegExp(`^reply/${id}/[0-9a-f]+$`));
    expect(id).toMatch(/^[0-9a-f]+$/);
    expect(shared).toEqual({
      [`thread/${id}`]: { by: doc.clientID, at: 1000, text: 'Really?', anchor: { from, to, quote } },
      [reply]: { by: 2, at: 2000, text: 'So it is.' },
      [`resolved/${id}`]: { resolved: true, by: 2, at: 3000 },
      [`place/${id}`]: { from, to },
    });
  });

  it('[X6] have their start, their replies in the order of time, and their place', () => {
    const { doc, comments, id, anchor } = commented();
    addReply(comments, id, said(2, 'later', 3000));
    addReply(comments, id, said(1, 'sooner', 2000));
    const { threads, omitted } = readThreads(comments);
    expect(omitted).toBe(0);
    expect(threads).toMatchObject([{ id, anchor, isResolved: false, atMs: 1000 }]);
    expect(threads[0]?.start).toMatchObject({ by: doc.clientID, text: 'Really?' });
    expect(threads[0]?.replies.map(({ text }) => text)).toEqual(['sooner', 'later']);
  });

  it('[X6] [G3] keep the replies, resolutions and deletions of people who act at once', () => {
    const anna = commented();
    addReply(anna.comments, anna.id, said(1, 'to be deleted'));
    const boris = copyOf(anna.doc);
    addReply(anna.comments, anna.id, said(1, 'from anna'));
    addReply(boris.comments, anna.id, said(2, 'from boris'));
    setResolved(boris.comments, anna.id, true, 2, 3000);
    const [thread] = readThreads(anna.comments).threads;
    const mistake = thread?.replies.find(({ text }) => text === 'to be deleted');
    if (thread === undefined || mistake === undefined) throw new Error('nothing was said');
    deleteComment(anna.comments, thread, mistake);
    meet(anna.doc, boris.doc);
    for (const { comments } of [anna, boris]) {
      const [thread] = readThreads(comments).threads;
      expect(thread?.replies.map(({ text }) => text).sort()).toEqual(['from anna', 'from boris']);
      expect(thread?.isResolved).toBe(true);
      expect(thread?.resolution).toEqual({ by: 2, atMs: 3000 });
    }
    movePlace(boris.comments, anna.id, anchorOf(boris.text, 0, 3, ''));
    meet(anna.doc, boris.doc);
    expect(readThreads(anna.comments).threads[0]?.anchor).toEqual({
      ...anchorOf(anna.text, 0, 3, ''),
      quote: 'two',
    });
    setResolved(anna.comments, anna.id, false, 1, 4000);
    expect(readThreads(anna.comments).threads[0]).toMatchObject({ isResolved: false, resolution: undefined });
  });

  it('[X6] are gone with their only comment, and are there again with a reply that was written meanwhile', () => {
    const anna = commented();
    const boris = copyOf(anna.doc);
    addReply(boris.comments, anna.id, said(2, 'I am answering'));
    const [thread] = readThreads(anna.comments).threads;
    if (thread?.start === undefined) throw new Error('nothing was said');
    deleteComment(anna.comments, thread, thread.start);
    deleteComment(anna.comments, thread, thread.start);
    expect(readThreads(anna.comments).threads).toEqual([]);
    expect(JSON.stringify(anna.comments.toJSON())).not.toContain('Really?');
    meet(anna.doc, boris.doc);
    expect(readThreads(anna.comments).threads).toMatchObject([
      { id: anna.id, start: undefined, anchor: { quote: 'two' }, replies: [{ text: 'I am answering' }] },
    ]);
  });

  it('[X6] are not undone with the text', () => {
    const { text, comments, id } = commented();
    const undo = new Y.UndoManager(text, { captureTimeout: 0 });
    text.insert(0, 'zero ');
    addReply(comments, id, said(1, 'stays'));
    while (undo.undoStack.length > 0) undo.undo();
    expect(text.toString()).toBe('one two three');
    expect(readThreads(comments).threads[0]?.replies).toHaveLength(1);
  });

  it('[G8] are read within bounds, whatever another program has put there', () => {
    const { comments, anchor } = commented();
    const good = { by: 1, at: 5, text: 'good', anchor };
    const odd: readonly (readonly [string, unknown])[] = [
      ['thread/a1', { ...good, text: 'x'.repeat(100_000), by: -5 }],
      ['thread/a2', { ...good, anchor: { from: 'x', to: [], quote: 'q'.repeat(5000) } }],
      ['thread/a3', { ...good, at: Number.POSITIVE_INFINITY }],
      ['thread/a4', { ...good, anchor: null }],
      ['thread/a5', { ...good, text: ' ' }],
      ['thread/a6', 'text'],
      ['thread/../a7', good],
      ['thread/', good],
      ['reply/a1/1', { by: 'me', at: 6, text: 'a reply' }],
      ['reply/a1/2', { by: 1, at: 'now', text: 'no time' }],
      ['reply/none/1', { by: 1, at: 6, text: 'to nothing' }],
      ['resolved/a1', { resolved: 'yes' }],
      ['place/a1', { from: 'x' }],
      ['place/none', {}],
      ['constructor', good],
      ['', null],
    ];
    for (const [key, value] of odd) comments.set(key, value);
    const { threads } = readThreads(comments);
    expect(
      threads
        .map(({ id }) => id)
        .slice(1)
        .sort(),
    ).toEqual(['a1', 'a2']);
    const [long, misplaced] = ['a1', 'a2'].map((id) => threads.find((thread) => thread.id === id));
    expect(long?.start).toMatchObject({ by: -1, text: 'x'.repeat(maxCommentChars) });
    expect(long?.replies).toMatchObject([{ by: -1, text: 'a reply' }]);
    expect(long?.isResolved).toBe(false);
    expect(misplaced?.anchor.quote).toHaveLength(maxQuoteChars);
  });

  it('are shown up to a number, the newest of them, and it is told how many are not', () => {
    const { doc, comments, anchor } = commented();
    doc.transact(() => {
      for (let i = 0; i < maxThreads + 20; i++)
        startThread(comments, anchor, said(1, `thread ${i}`, 5000 + i));
    });
    const { threads, omitted } = readThreads(comments);
    expect(threads).toHaveLength(maxThreads);
    expect(omitted).toBe(21);
    expect(threads[0]?.start?.text).toBe(`thread ${maxThreads + 19}`);
  });
});
