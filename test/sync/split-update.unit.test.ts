import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { partsOf } from '../../sync/plain-content.ts';
import { RemoteUpdates } from '../../sync/remote-updates.ts';
import { splitUpdate } from '../../sync/split-update.ts';
import { seededRandom } from '../fuzz/random.ts';

const mostBytes = 2000;

/** Several people's text, titles and deletions, each of whom sees the others' now and then. */
function writtenTogether(seed: number, edits: number): Y.Doc {
  const random = seededRandom(seed);
  const docs = Array.from({ length: 4 }, () => new Y.Doc());
  const [first = new Y.Doc()] = docs;
  for (const doc of docs) partsOf(doc);
  for (let edit = 0; edit < edits; edit++) {
    const doc = random.pick(docs);
    const { text, meta } = partsOf(doc);
    const kind = random.below(10);
    if (kind < 6)
      text.insert(
        random.below(text.length + 1),
        random.pick(['a', 'é', '😀', 'abcde']).repeat(random.below(400)),
      );
    else if (kind < 8)
      text.delete(random.below(text.length), Math.min(random.below(5), text.length > 5 ? 4 : 0));
    else if (kind < 9) meta.set('title', `title ${edit}`);
    else for (const other of docs) Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
  }
  for (const other of docs) Y.applyUpdate(first, Y.encodeStateAsUpdate(other));
  return first;
}

/** What a document is after these updates, each of which it must take as it comes. */
function taking(updates: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc();
  partsOf(doc);
  const remote = new RemoteUpdates(doc, () => {
    throw new Error('damaged');
  });
  for (const update of updates) {
    remote.transact((take) => expect(take(update)).toBe('taken'));
    expect(doc.store.pendingStructs, 'nothing waits for a later part').toBeNull();
  }
  return doc;
}

describe('an update that is split', () => {
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    it(`[G3] does the same in parts that each fit and wait for nothing (SEED=${seed})`, () => {
      const doc = writtenTogether(seed, 300);
      const whole = Y.encodeStateAsUpdate(doc);
      const parts = [...splitUpdate(whole, mostBytes)];
      expect(parts.length).toBeGreaterThan(whole.length / mostBytes);
      expect(parts.length).toBeLessThan((2 * whole.length) / mostBytes + 2);
      expect(parts.filter((part) => part.length > mostBytes)).toEqual([]);
      const copy = taking(parts);
      expect(copy.getText('content').toString()).toBe(doc.getText('content').toString());
      expect(Y.encodeSnapshot(Y.snapshot(copy))).toEqual(Y.encodeSnapshot(Y.snapshot(doc)));
      expect(copy.getMap('meta').toJSON()).toEqual(doc.getMap('meta').toJSON());
    });
  }

  it('[G3] continues a text that is there already, in place of what was selected', () => {
    const doc = new Y.Doc();
    const { text } = partsOf(doc);
    text.insert(0, `before ${'selected '.repeat(1000)}after`);
    const before = Y.encodeStateAsUpdate(doc);
    let pasted = new Uint8Array();
    doc.on('update', (update: Uint8Array) => {
      pasted = update.slice();
    });
    doc.transact(() => {
      text.delete(7, 9000);
      text.insert(7, '😀'.repeat(20_000));
    });
    const parts = [...splitUpdate(pasted, mostBytes)];
    expect(Math.max(...parts.map((part) => part.length))).toBeLessThanOrEqual(mostBytes);
    expect(
      taking([before, ...parts])
        .getText('content')
        .toString(),
    ).toBe(text.toString());
  });

  it('leaves whole what fits, and a value that cannot be split', () => {
    const doc = new Y.Doc();
    const { meta, text } = partsOf(doc);
    text.insert(0, 'small');
    expect([...splitUpdate(Y.encodeStateAsUpdate(doc), mostBytes)]).toHaveLength(1);
    meta.set('title', 'x'.repeat(5000));
    text.insert(0, 'later ');
    const parts = [...splitUpdate(Y.encodeStateAsUpdate(doc), mostBytes)];
    expect(parts.map((part) => part.length > mostBytes)).toEqual([false, true, false]);
    expect(taking(parts).getMap('meta').get('title')).toBe('x'.repeat(5000));
  });
});
