import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import {
  changesSince,
  documentOf,
  nothingYet,
  peopleNamed,
  summaryOf,
} from '../../renderer/editor/version-figures.ts';

function person(clientId: number, of?: Y.Doc): Y.Doc {
  const doc = of === undefined ? new Y.Doc() : documentOf(Y.encodeStateAsUpdate(of));
  doc.clientID = clientId;
  return doc;
}

describe('what happened between two states', () => {
  it('is counted in characters, whoever wrote and removed them', () => {
    const anna = person(1);
    anna.getText('content').insert(0, 'The ferry is late.');
    const before = summaryOf(anna);
    const jonas = person(2, anna);
    jonas.getText('content').insert(4, 'old ');
    jonas.getText('content').delete(8, 5);
    jonas.getText('content').insert(0, 'typed and taken back');
    jonas.getText('content').delete(0, 20);
    const changes = changesSince(jonas, before, new Map());
    expect(changes).toMatchObject({ added: 4, removed: 5 });
    expect(changesSince(jonas, nothingYet, new Map())).toMatchObject({ added: 17, removed: 0 });
    expect(changesSince(jonas, summaryOf(jonas), new Map())).toEqual({ added: 0, removed: 0, authors: [] });
  });

  it('names who wrote once, also over several openings, and leaves out who only came', () => {
    const doc = person(1);
    const before = summaryOf(doc);
    doc.getText('content').insert(0, 'a');
    doc.getMap('people').set('1', { name: 'Anna', color: 2 });
    doc.getMap('people').set('5', { name: 'Anna', color: 2 });
    const again = person(5, doc);
    again.getText('content').insert(0, 'b');
    const reader = person(6, again);
    reader.getMap('people').set('6', { name: 'Reader', color: 3 });
    const unknown = person(7, reader);
    unknown.getText('content').insert(0, 'c');
    const { authors } = changesSince(unknown, before, peopleNamed(unknown));
    expect(authors.map(({ name }) => name).sort()).toEqual(['', 'Anna']);
  });

  it('believes no value that another program has put among the people', () => {
    const doc = person(1);
    const people = doc.getMap<unknown>('people');
    for (const [i, value] of [null, 5, 'x', {}, { name: 3 }, [], { name: ' ', color: 'red' }].entries())
      people.set(String(i), value);
    people.set('not a number', { name: 'Mallory', color: 1 });
    people.set('9', { name: `  Long\n${'x'.repeat(90)}`, color: 99 });
    const named = peopleNamed(doc);
    expect([...named.keys()]).toEqual([6, 9]);
    expect(named.get(6)).toMatchObject({ name: '' });
    expect(named.get(9)?.name).toMatch(/^Long x+$/);
    expect(named.get(9)?.name.length).toBeLessThanOrEqual(40);
  });
});
