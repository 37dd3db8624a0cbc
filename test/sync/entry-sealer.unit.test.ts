import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { type EntrySealer, sealedParts } from '../../sync/entry-sealer.ts';

it('a large change that is split holds up typing for no longer than one of its parts takes', async () => {
  const doc = new Y.Doc();
  doc.getText('content').insert(0, randomBytes(150_000).toString('hex'));
  const turns: number[] = [];
  let turn = 0;
  const sealer: EntrySealer = {
    now: (update) => {
      turns.push(turn);
      return update;
    },
    later: (update) =>
      new Promise((resolve) => {
        turns.push(turn);
        // An answer of the worker is a turn of its own.
        setImmediate(() => {
          turn += 1;
          resolve(update);
        });
      }),
    open: (sealed) => Promise.resolve(sealed),
  };
  const parts = await sealedParts(sealer, Y.encodeStateAsUpdate(doc), 10_000);
  expect(parts.length).toBeGreaterThanOrEqual(30);
  expect(turns).toEqual([...new Set(turns)]);
});
