import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { shownAuthors } from '../../renderer/authors/author-list.ts';
import { authorRuns, countLetters } from '../../renderer/authors/author-runs.ts';
import { legendOf } from '../../renderer/authors/authors-view.tsx';
import { quickDeltas } from '../../renderer/editor/quick-delta.ts';
import type { TextPieces } from '../../renderer/editor/text-pieces.ts';
import { readFriendsTrace, replayTrace } from '../fixtures/friends-trace.ts';
import { seededRandom } from '../fuzz/random.ts';

/** The client id of each letter, by looking at every piece. */
function clientsOf(text: Y.Text): readonly number[] {
  const clients: number[] = [];
  for (let piece = text._start; piece !== null; piece = piece.right) {
    if (!piece.countable || piece.deleted) continue;
    for (let letter = 0; letter < piece.length; letter++) clients.push(piece.id.client);
  }
  return clients;
}

function expectRuns(pieces: TextPieces, clients: readonly number[], from: number, to: number): void {
  const runs = authorRuns(pieces, from, to);
  const told = runs.flatMap((run) => new Array<number>(run.to - run.from).fill(run.client));
  expect(told).toEqual(clients.slice(from, to));
  expect(
    runs.every((run, i) => run.client !== runs[i + 1]?.client),
    'neighbours are one',
  ).toBe(true);
}

describe('who wrote what', () => {
  it.each([3, 256])(
    'is the same as by looking at every piece, in a real history of two authors that others go on with (blocks of %d pieces)',
    async (blockPieces) => {
      const random = seededRandom(5);
      const [doc = new Y.Doc()] = replayTrace(readFriendsTrace().steps.slice(0, 6000), [11, 12]);
      const text = doc.getText('content');
      const { pieces } = quickDeltas(text, blockPieces);
      const other = new Y.Doc();
      other.clientID = 13;
      for (let round = 0; round < 150; round++) {
        Y.applyUpdate(other, Y.encodeStateAsUpdate(doc, Y.encodeStateVector(other)));
        for (const writer of [doc, other]) {
          const content = writer.getText('content');
          // Most of it in one place, so that pieces are joined, split and joined again.
          let at = random.below(random.below(4) === 0 ? content.length : 200);
          if (random.below(2) === 0) content.delete(at, random.below(20));
          else for (const letter of 'typed') content.insert(at++, letter);
        }
        Y.applyUpdate(doc, Y.encodeStateAsUpdate(other, Y.encodeStateVector(doc)));
        const clients = clientsOf(text);
        for (let look = 0; look < 5; look++) {
          const from = random.below(look === 0 ? text.length : 300);
          expectRuns(pieces, clients, from, Math.min(text.length, from + random.below(3000)));
        }
      }
      const clients = clientsOf(text);
      expect(new Set(clients)).toEqual(new Set([11, 12, 13, doc.clientID]));
      expectRuns(pieces, clients, 0, text.length);
      expect(authorRuns(pieces, text.length, text.length)).toEqual([]);
      const counted = new Map<number, number>();
      for (const client of clients) counted.set(client, (counted.get(client) ?? 0) + 1);
      expect(await countLetters(pieces, () => Promise.resolve())).toEqual(counted);
      for (let piece = text._start, at = 0; piece !== null; piece = piece.right) {
        expect(pieces.startOf(piece)).toBe(at);
        if (piece.countable && !piece.deleted) at += piece.length;
      }
    },
  );
});

describe('the legend', () => {
  it('has one entry a person, whoever wrote most first, oneself as oneself, and the unknown together at the end', () => {
    const people = new Map([
      [1, { name: 'Anna', color: 1, id: 'a' }],
      [2, { name: 'Anna', color: 1, id: 'a' }],
      [3, { name: 'Boris\n', color: 2, id: '' }],
      [4, { name: '', color: 2, id: '' }],
      [5, { name: 'Gone', color: 3, id: '' }],
    ]);
    const authors = shownAuthors(people, { client: 2, id: 'a' });
    const letters = new Map([
      [7, 500],
      [1, 10],
      [2, 10],
      [3, 15],
      [4, 5],
      [8, 500],
    ]);
    expect(legendOf(authors, letters).map(({ name, color, isSelf }) => [name, color, isSelf])).toEqual([
      ['Anna', 1, true],
      ['Boris', 2, false],
      ['Guest', 2, false],
      ['Unknown', undefined, false],
    ]);
  });
});
