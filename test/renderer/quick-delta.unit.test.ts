import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { quickDeltas } from '../../renderer/editor/quick-delta.ts';
import { type Random, seededRandom } from '../fuzz/random.ts';

/** Some insertions and deletions anywhere, most of them short, some where the last one was. */
function write(text: Y.Text, random: Random): void {
  for (let edit = random.below(4); edit >= 0; edit--) {
    const at = random.below(text.length + 1);
    if (random.below(3) > 0) text.insert(at, random.pick(['a', 'bc', 'ж', '\n', 'word '.repeat(3)]));
    else text.delete(at, Math.min(text.length - at, random.below(12)));
  }
}

describe('the delta of a change', () => {
  it.each([2, 5, 256])(
    '[G3] is the one that Yjs gives, for what others wrote at once, for what waited for other updates, and for what is undone (blocks of %d pieces)',
    (blockPieces) => {
      const random = seededRandom(42);
      const docs = [1, 2, 3].map((clientId) => {
        const doc = new Y.Doc();
        doc.clientID = clientId;
        return doc;
      });
      const [reader = new Y.Doc(), ...writers] = docs;
      const text = reader.getText('content');
      const title = reader.getMap('meta');
      const undo = new Y.UndoManager(text, { captureTimeout: 0 });
      const shown: string[] = [];
      let compared = 0;
      let expected: unknown;
      text.observe((event) => {
        expected = event.delta;
      });
      quickDeltas(text, blockPieces);
      text.observe((event) => {
        expect(Object.hasOwn(event, 'delta'), 'it has been found quickly').toBe(true);
        expect(event.delta).toEqual(expected);
        compared += event.delta.length;
        let at = 0;
        for (const step of event.delta) {
          if (step.retain !== undefined) at += step.retain;
          else if (step.delete !== undefined) shown.splice(at, step.delete);
          else {
            const letters = String(step.insert).split('');
            shown.splice(at, 0, ...letters);
            at += letters.length;
          }
        }
      });
      for (let round = 0; round < 400; round++) {
        for (const writer of writers) write(writer.getText('content'), random);
        const updates = writers.map((writer) =>
          Y.encodeStateAsUpdate(writer, Y.encodeStateVector(random.below(3) === 0 ? writer : reader)),
        );
        // Now and then one that the others build on is missing, and comes with the next.
        const [, second = new Uint8Array()] = updates;
        Y.transact(
          reader,
          () => {
            for (const update of round % 5 === 0 ? [second] : updates) Y.applyUpdate(reader, update);
            if (round % 7 === 0) title.set('title', `title ${round}`);
          },
          'others',
          false,
        );
        reader.transact(() => write(text, random));
        if (round % 9 === 0) undo.undo();
        for (const writer of writers)
          if (random.below(4) === 0)
            Y.applyUpdate(writer, Y.encodeStateAsUpdate(reader, Y.encodeStateVector(writer)));
      }
      expect(shown.join('')).toBe(text.toString());
      expect(compared).toBeGreaterThan(5000);
    },
  );
});
