import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { readPeople, Signature } from '../../sync/people.ts';
import { partsOf } from '../../sync/plain-content.ts';

/** An opening of a document by someone who may edit it. */
function opening(from: Y.Doc | undefined, name: string, id: string) {
  const doc = new Y.Doc();
  const parts = partsOf(doc);
  if (from !== undefined) Y.applyUpdate(doc, Y.encodeStateAsUpdate(from));
  const signature = new Signature(doc, parts.people, { name, color: 1, id });
  signature.signEdits();
  return { doc, ...parts, signature };
}

describe('who wrote', () => {
  it('[X5] is written down in the transaction of the first edit, once, and never without an edit', () => {
    const { doc, text, people } = opening(undefined, 'Anna', 'a1');
    const updates: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => updates.push(update));
    Y.transact(doc, () => {}, 'others', false);
    expect(people.size).toBe(0);
    text.insert(0, 'one');
    expect(updates).toHaveLength(1);
    const written = updates[0]?.length ?? 0;
    text.insert(3, ' two');
    expect(updates).toHaveLength(2);
    expect(updates[1]?.length).toBeLessThan(written);
    expect(people.toJSON()).toEqual({ [doc.clientID]: { name: 'Anna', color: 1, id: 'a1' } });
    expect([...readPeople(people)]).toEqual([[doc.clientID, { name: 'Anna', color: 1, id: 'a1' }]]);
  });

  it('[X5] is not taken back with the edit', () => {
    const { doc, text, people } = opening(undefined, 'Anna', 'a1');
    const undo = new Y.UndoManager(text, { captureTimeout: 0 });
    text.insert(0, 'one');
    undo.undo();
    expect(text.toString()).toBe('');
    expect(people.has(String(doc.clientID))).toBe(true);
  });

  it('[X5] follows a person to another name, for all that they wrote at earlier openings, and nobody else', () => {
    const first = opening(undefined, 'Anna', 'a1');
    first.text.insert(0, 'one');
    const stranger = opening(first.doc, 'Anna', 'b2');
    stranger.text.insert(0, 'two');
    const second = opening(stranger.doc, 'Anna', 'a1');
    second.signature.rename({ name: 'Anna Karlsson', color: 2 });
    const renamed = { name: 'Anna Karlsson', color: 2, id: 'a1' };
    expect(readPeople(second.people), 'a name alone is no edit').toEqual(
      new Map([
        [first.doc.clientID, renamed],
        [stranger.doc.clientID, { name: 'Anna', color: 1, id: 'b2' }],
      ]),
    );
    second.text.insert(0, 'three');
    expect(readPeople(second.people)).toEqual(
      new Map([
        [first.doc.clientID, renamed],
        [stranger.doc.clientID, { name: 'Anna', color: 1, id: 'b2' }],
        [second.doc.clientID, renamed],
      ]),
    );
    second.signature.rename({ name: 'Bella', color: 2 });
    expect(readPeople(second.people).get(first.doc.clientID)?.name).toBe('Bella');
  });

  it('of two copies with one id and two names each signs its own: they do not go on writing over each other', () => {
    let latest: Y.Doc | undefined;
    for (let visit = 0; visit < 5; visit++) {
      const before = opening(latest, 'Anna', 'a1');
      before.text.insert(0, 'before ');
      latest = before.doc;
    }
    const copies = [opening(latest, 'Anna', 'a1'), opening(latest, 'Bella', 'a1')] as const;
    let written = 0;
    for (const [copy, other] of [copies, [copies[1], copies[0]] as const]) {
      copy.doc.on('update', (update: Uint8Array, _origin: unknown, _doc: Y.Doc, { local }: Y.Transaction) => {
        if (local) Y.applyUpdate(other.doc, update);
      });
      copy.people.observe(({ keysChanged, transaction }) => {
        if (transaction.local) written += keysChanged.size;
      });
      copy.signature.correct();
    }
    for (let letter = 0; letter < 50; letter++) for (const { text } of copies) text.insert(0, 'x');
    expect(written, 'the five once, and each its own').toBe(7);
    expect(readPeople(copies[0].people)).toEqual(readPeople(copies[1].people));
  });

  it('is corrected where they have taken another name since, and nothing is written elsewhere', () => {
    const first = opening(undefined, 'Anna', 'a1');
    first.text.insert(0, 'one');
    const later = opening(first.doc, 'Anna Karlsson', 'a1');
    const updates: Uint8Array[] = [];
    later.doc.on('update', (update: Uint8Array) => updates.push(update));
    later.signature.correct();
    later.signature.correct();
    expect(updates).toHaveLength(1);
    expect([...readPeople(later.people)]).toEqual([
      [first.doc.clientID, { name: 'Anna Karlsson', color: 1, id: 'a1' }],
    ]);
    const reader = opening(later.doc, 'Boris', 'b2');
    reader.signature.rename({ name: 'Boris Berg', color: 1 });
    reader.signature.correct();
    expect([...readPeople(reader.people)]).toEqual([...readPeople(later.people)]);
  });

  it('[G8] is read within bounds, whatever another program has put there', () => {
    const { people } = partsOf(new Y.Doc());
    const odd: readonly (readonly [string, unknown])[] = [
      ['1', { name: 'n'.repeat(1000), color: -3, id: 'i'.repeat(1000) }],
      ['2', { name: 'Zoe', color: 1e300, id: 7 }],
      ['3', { name: 3, color: 1 }],
      ['4', 'Anna'],
      ['5', null],
      ['6', [1, 2]],
      ['__proto__', { name: 'proto', color: 1 }],
      ['-1', { name: 'minus', color: 1 }],
      ['1e3', { name: 'number', color: 1 }],
    ];
    for (const [key, value] of odd) people.set(key, value);
    expect(readPeople(people)).toEqual(
      new Map([
        [1, { name: 'n'.repeat(60), color: 0, id: 'i'.repeat(32) }],
        [2, { name: 'Zoe', color: 0, id: '' }],
      ]),
    );
  });
});
