import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { noteRestoration, readRestoration, restorationKey } from '../../sync/restoration.ts';
import { stateBefore } from '../../sync/state-before.ts';
import { seededRandom } from '../fuzz/random.ts';

function textOf(update: Uint8Array): string {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, update);
  return doc.getText('content').toString();
}

describe('a restoration', () => {
  it('[G8] is read within bounds, whatever another program has put there', () => {
    const meta = new Y.Doc().getMap<unknown>('meta');
    expect(readRestoration(meta)).toBeUndefined();
    noteRestoration(meta, { by: 7, atMs: 2000, ofMs: 1000 });
    expect(readRestoration(meta)).toEqual({ by: 7, atMs: 2000, ofMs: 1000 });
    for (const odd of [null, 3, 'x', [], { by: 7, at: 1 }, { at: '1', of: 2 }, { at: 1, of: 1e300 }]) {
      meta.set(restorationKey, odd);
      expect(readRestoration(meta), JSON.stringify(odd)).toBeUndefined();
    }
    meta.set(restorationKey, { by: 'me', at: 1, of: 2 });
    expect(readRestoration(meta)?.by).toBe(-1);
  });

  it('leaves the state before each change of others to be had, of any history, with who wrote what', () => {
    const random = seededRandom(11);
    const mine = new Y.Doc();
    const theirs = new Y.Doc();
    let looks = 0;
    for (let round = 0; round < 300; round++) {
      for (const writer of [mine, theirs]) {
        const text = writer.getText('content');
        writer.transact(() => {
          for (let edit = random.below(4); edit >= 0; edit--) {
            const at = random.below(text.length + 1);
            if (random.below(3) === 0) text.delete(at, Math.min(random.below(30), text.length - at));
            else text.insert(at, `w${round} `);
          }
        });
      }
      const before = mine.getText('content').toString();
      const clocks = Y.encodeStateVector(mine);
      let encode = (): Uint8Array => new Uint8Array();
      mine.once('beforeObserverCalls', (transaction: Y.Transaction) => {
        encode = stateBefore(transaction);
      });
      Y.applyUpdate(mine, Y.encodeStateAsUpdate(theirs, Y.encodeStateVector(mine)));
      const update = encode();
      expect(textOf(update)).toBe(before);
      expect(Y.encodeStateVectorFromUpdate(update)).toEqual(clocks);
      looks += before.length;
      Y.applyUpdate(theirs, Y.encodeStateAsUpdate(mine, Y.encodeStateVector(theirs)));
    }
    expect(looks).toBeGreaterThan(10_000);
  });
});
