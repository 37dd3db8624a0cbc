import { Decoration } from '@codemirror/view';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { shownAuthors } from '../../renderer/authors/author-list.ts';
import { authorRuns, countLetters } from '../../renderer/authors/author-runs.ts';
import { tintsOf } from '../../renderer/authors/author-tint.ts';
import { legendOf } from '../../renderer/authors/authors-view.tsx';
import { quickDeltas } from '../../renderer/editor/quick-delta.ts';
import type { TextPieces } from '../../renderer/editor/text-pieces.ts';
import type { Author } from '../../sync/people.ts';
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

describe('the tints of a text of a megabyte', () => {
  it('are made from the pieces on the screen alone', () => {
    const doc = new Y.Doc();
    const text = doc.getText('content');
    for (let client = 1; client <= 4; client++) {
      const writer = new Y.Doc();
      writer.clientID = client;
      Y.applyUpdate(writer, Y.encodeStateAsUpdate(doc));
      writer.getText('content').insert(0, 'w'.repeat(250_000));
      Y.applyUpdate(doc, Y.encodeStateAsUpdate(writer));
    }
    // Many pieces, none of which is on the screen but a few.
    for (let at = 0; at < text.length; at += 200) text.insert(at, 'x');
    const { pieces } = quickDeltas(text, 256);
    const seen: number[] = [];
    const walk = pieces.walk.bind(pieces);
    pieces.walk = (from, visit) =>
      walk(from, (piece, start) => {
        seen.push(start);
        return visit(piece, start);
      });
    const ranges = [
      { from: 600_000, to: 601_000 },
      { from: 700_000, to: 701_000 },
    ];
    const tints = tintsOf(pieces, ranges, () => Decoration.mark({ class: 'author' }));
    expect(tints.size).toBeGreaterThan(10);
    // The first one behind a range ends the walk; the first one in it may begin before.
    const isNear = (start: number) => ranges.some(({ from, to }) => start > from - 400 && start < to + 400);
    expect(seen.filter((start) => !isNear(start))).toEqual([]);
  });
});

describe('authors', () => {
  it('are one by their id; those without one by name and colour; those of one colour have a line each', () => {
    const people = new Map([
      [9, { name: 'Guest', color: 2, id: 'b' }],
      [4, { name: '', color: 2, id: 'a' }],
      [7, { name: '', color: 2, id: 'a' }],
      [1, { name: 'Carl', color: 2, id: '' }],
      [3, { name: 'Carl', color: 2, id: '' }],
      [5, { name: 'Dora', color: 6, id: 'd' }],
    ]);
    const self = { client: 0, id: '' };
    const looks = (entries: ReadonlyMap<number, Author>) =>
      [...shownAuthors(entries, self)]
        .map(([client, { key, name, line }]) => ({ client, key, name, line }))
        .sort((a, b) => a.client - b.client);
    expect(looks(people)).toEqual([
      { client: 1, key: '2 Carl', name: 'Carl', line: 0 },
      { client: 3, key: '2 Carl', name: 'Carl', line: 0 },
      { client: 4, key: 'a', name: 'Guest', line: 1 },
      { client: 5, key: 'd', name: 'Dora', line: 0 },
      { client: 7, key: 'a', name: 'Guest', line: 1 },
      { client: 9, key: 'b', name: 'Guest', line: 2 },
    ]);
    // Another computer has them in another order.
    expect(looks(new Map([...people].reverse()))).toEqual(looks(people));
    // Another opening has any client id.
    const later = new Map([[0, { name: 'Guest', color: 2, id: 'b' }], ...people] as const);
    expect(looks(later).filter(({ client }) => client !== 0)).toEqual(looks(people));
    expect(looks(later)[0]?.line).toBe(2);
  });
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
