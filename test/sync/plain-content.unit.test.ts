import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { partsOf } from '../../sync/plain-content.ts';
import { RemoteUpdates } from '../../sync/remote-updates.ts';

/** What a copy makes of an update that some program has written. */
function taken(write: (doc: Y.Doc) => void): { readonly isTaken: boolean; readonly doc: Y.Doc } {
  const written = new Y.Doc();
  write(written);
  const doc = new Y.Doc();
  partsOf(doc);
  let damaged = 0;
  const updates = new RemoteUpdates(doc, () => {
    damaged += 1;
  });
  let isTaken = false;
  updates.transact((take) => {
    isTaken = take(Y.encodeStateAsUpdate(written)) === 'taken';
  });
  expect(damaged).toBe(0);
  return { isTaken, doc };
}

describe('what a document may hold', () => {
  it.each(['meta', 'people', 'comments'])('[X4] values in the map %s, set once and again', (name) => {
    const { isTaken, doc } = taken((written) => {
      const map = written.getMap(name);
      map.set('a', { text: 'said', at: 1, list: [1, null, true] });
      map.set('a', { text: 'said again', at: 2 });
      map.set('b', 1);
      map.delete('b');
    });
    expect(isTaken).toBe(true);
    expect(doc.getMap(name).toJSON()).toEqual({ a: { text: 'said again', at: 2 } });
  });

  it('[X4] values that build on values of the same update, of several programs', () => {
    const first = new Y.Doc();
    first.getMap('comments').set('a', 1);
    const { isTaken, doc } = taken((written) => {
      Y.applyUpdate(written, Y.encodeStateAsUpdate(first));
      written.getMap('comments').set('a', 2);
      written.getText('content').insert(0, 'letters');
    });
    expect(isTaken).toBe(true);
    expect(doc.getMap('comments').get('a')).toBe(2);
    expect(doc.getText('content').toString()).toBe('letters');
  });

  it.each([
    ['a nested map in comments', (doc: Y.Doc) => doc.getMap('comments').set('a', new Y.Map())],
    ['a nested text in people', (doc: Y.Doc) => doc.getMap('people').set('1', new Y.Text('name'))],
    ['a nested list in meta', (doc: Y.Doc) => doc.getMap('meta').set('title', new Y.Array())],
    ['a subdocument in comments', (doc: Y.Doc) => doc.getMap('comments').set('a', new Y.Doc())],
    ['values between letters', (doc: Y.Doc) => doc.getArray('content').insert(0, [1])],
    ['values in another map', (doc: Y.Doc) => doc.getMap('threads').set('a', 1)],
    ['an attribute of the text', (doc: Y.Doc) => doc.getMap('content').set('a', 1)],
    ['a format', (doc: Y.Doc) => doc.getText('content').insert(0, 'bold', { bold: true })],
  ])('[X4] not %s', (_what, write) => {
    const { isTaken, doc } = taken(write);
    expect(isTaken).toBe(false);
    expect(doc.store.clients.size).toBe(0);
  });
});
