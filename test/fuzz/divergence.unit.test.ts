import { describe, expect, it } from 'vitest';
import { newDocumentSecret, parseDocumentId } from '../../sync/document-id.ts';
import { deriveKeys } from '../../sync/keys.ts';
import { open, seal } from '../../sync/sealing.ts';
import { MemoryRoom } from './memory-room.ts';
import { seededRandom } from './random.ts';

import { expectSettled, twoCopies } from './two-copies.ts';

describe('a copy whose text differs', () => {
  it('[G3] a copy whose text differs under the same history raises the alarm at everyone', async () => {
    const { room, anna, boris } = await twoCopies();
    // As a defect would: an edit that is neither sent nor journaled.
    boris.doc.transact((transaction) => {
      boris.text.insert(0, 'only here ');
      transaction.local = false;
    });
    await room.settle();
    expect(anna.status.diverged || boris.status.diverged).toBe(true);
    expect([anna.status.diverged, boris.status.diverged]).toEqual([true, true]);
  });

  it('[G3] [X7] a viewer whose copy differs, or who says so, alarms no editor; its own alarm is raised by theirs', async () => {
    const { room, anna, boris } = await twoCopies();
    const viewId = parseDocumentId(room.keys.viewId);
    if (!viewId.ok) throw new Error(viewId.reason);
    const { signAsEditor } = deriveKeys(newDocumentSecret());
    // One that signs nothing, as viewers do, and one that signs as an editor of another document.
    const viewers = [undefined, signAsEditor].map((sign) =>
      room.open({ keys: { ...deriveKeys(viewId.secret), signAsEditor: sign } }),
    );
    await room.settle();
    for (const viewer of viewers)
      viewer.doc.transact((transaction) => {
        viewer.text.insert(0, 'only here ');
        transaction.local = false;
      });
    await room.settle();
    await room.settle();
    expect([anna.status.diverged, boris.status.diverged]).toEqual([false, false]);
    expect(viewers.map(({ status }) => status.diverged)).toEqual([true, true]);
  });

  it('[G3] a copy that is still opening a large entry raises no alarm', async () => {
    const room = new MemoryRoom();
    const anna = room.open({ create: true });
    await room.settle();
    const { time } = room;
    const slowly = <T>(work: () => T) =>
      new Promise<T>((resolve) => {
        time.after(10_000, () => resolve(work()));
      });
    const boris = room.open({
      worker: {
        seal: (kind, update) => slowly(() => seal(room.keys, kind, update)),
        open: (kind, sealed) => slowly(() => open(room.keys, kind, sealed)),
      },
    });
    await room.settle();
    anna.text.insert(0, 'x');
    await room.time.pass(1000);
    // Letters of a seeded source: what does not deflate stays large.
    const random = seededRandom(5);
    anna.text.insert(
      0,
      Array.from({ length: 600_000 }, () => String.fromCharCode(97 + random.below(26))).join(''),
    );
    await room.settle();
    expect(boris.text.length, 'the entry is being opened').toBe(1);
    await room.settle();
    await room.settle();
    await room.settle();
    expectSettled(anna, boris);
    expect(boris.text.length).toBe(600_001);
  });

  it('[G3] copies that are equal never raise it, whatever is typed and deleted', async () => {
    const { room, anna, boris } = await twoCopies();
    for (let round = 0; round < 20; round++) {
      anna.text.insert(0, `round ${round} `);
      boris.text.delete(0, 3);
      await room.time.pass(round * 200);
    }
    await room.settle();
    expectSettled(anna, boris);
  });
});
