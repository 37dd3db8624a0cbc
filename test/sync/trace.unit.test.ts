import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { type FriendsTrace, readFriendsTrace } from '../fixtures/friends-trace.ts';

const trace = readFriendsTrace();

/** Replays the trace with one document an author; each sees exactly what the author had seen. */
function replay(steps: FriendsTrace['steps'], clientIds: readonly number[]): Y.Doc[] {
  const docs = clientIds.map((clientId) => {
    const doc = new Y.Doc();
    doc.clientID = clientId;
    return doc;
  });
  const written: Uint8Array[][] = docs.map(() => []);
  const applied = docs.map(() => docs.map(() => 0));
  const catchUp = (reader: number, author: number, count: number) => {
    const row = applied[reader];
    const doc = docs[reader];
    if (row === undefined || doc === undefined || author === reader) return;
    for (let next = row[author] ?? 0; next < count; next++) {
      Y.applyUpdate(doc, written[author]?.[next] ?? new Uint8Array());
      row[author] = next + 1;
    }
  };
  for (const { agent, patches, seen } of steps) {
    seen.forEach((count, author) => {
      catchUp(agent, author, count);
    });
    const doc = docs[agent];
    if (doc === undefined) throw new Error(`no author ${agent}`);
    const text = doc.getText('content');
    const updates = written[agent];
    const keep = (update: Uint8Array) => updates?.push(update);
    doc.on('update', keep);
    doc.transact(() => {
      for (const [position, deleted, inserted] of patches) {
        if (deleted > 0) text.delete(position, deleted);
        if (inserted !== '') text.insert(position, inserted);
      }
    });
    doc.off('update', keep);
  }
  docs.forEach((_, reader) => {
    written.forEach((updates, author) => {
      catchUp(reader, author, updates.length);
    });
  });
  return docs;
}

function textsOf(docs: readonly Y.Doc[]): string[] {
  return docs.map((doc) => doc.getText('content').toString());
}

describe('a real history of two authors, its parents honoured', () => {
  it('[G3] gives the recorded text with client ids in the order of the authors', () => {
    expect(textsOf(replay(trace.steps, [1, 2]))).toEqual([trace.endContent, trace.endContent]);
  });

  it('[G3] converges to a text of the same length with client ids in reversed order', () => {
    const [first, second] = textsOf(replay(trace.steps, [2, 1]));
    expect(first).toBe(second);
    expect(first).toHaveLength(trace.endContent.length);
  });
});
