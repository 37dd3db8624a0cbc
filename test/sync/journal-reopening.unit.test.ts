import { describe, expect, it } from 'vitest';
import { JournalEmptied } from '../../sync/journal.ts';
import { memoryJournal, newMemoryDisk } from '../../sync/journal-memory.ts';
import { type OpenedJournal, reopeningJournal } from '../../sync/journal-reopening.ts';
import { JournalWriter } from '../../sync/journal-writer.ts';

/** A journal whose database a person is having removed; it is another one at each opening only if it `goes`. */
async function removedJournal(goes: boolean) {
  let disk = newMemoryDisk();
  let openings = 0;
  let isRemoved = false;
  const journal = await reopeningJournal(() => {
    if (isRemoved && goes) disk = newMemoryDisk();
    isRemoved = false;
    openings += 1;
    const { load, commit, close } = memoryJournal(disk);
    const opened: OpenedJournal = {
      identity: goes ? String(openings) : 'the same',
      get lost() {
        return isRemoved ? 'removed' : undefined;
      },
      load,
      commit,
      close,
    };
    return Promise.resolve(opened);
  });
  const remove = () => {
    isRemoved = true;
  };
  return { journal, remove, disk: () => disk };
}

const cursor = (seq: number) => ({ seq, mark: new Uint8Array(16) });
const update = (byte: number) => Uint8Array.of(byte);
const row = (id: string) => ({ id, edits: 1, form: 'update' as const, bytes: update(9) });

describe('a database that a person has removed', () => {
  for (const goes of [true, false])
    it(`[G2] is written anew with their next edit, ${goes ? 'when it is gone' : 'also when another window kept it from going'}`, async () => {
      const { journal, remove, disk } = await removedJournal(goes);
      const received = [update(1)];
      const fail = () => Promise.reject(new Error('a step failed'));
      const writer = new JournalWriter(
        journal,
        () => {},
        fail,
        () => ({ addUpdates: received, putOutbox: [row('a'), row('b')] }),
      );
      await writer.write({ addUpdates: [update(1)], putOutbox: [row('a')], cursor: cursor(1) });
      remove();
      received.push(update(2));
      await writer.write({ addUpdates: [update(2)], cursor: cursor(2) });
      await writer.write({ putOutbox: [row('b')], cursor: cursor(3) });
      const { updates, outbox } = await memoryJournal(disk()).load();
      expect(new Set(updates.map(({ update: [byte] }) => byte))).toEqual(new Set([1, 2]));
      expect(outbox.map(({ id }) => id)).toEqual(['a', 'b']);
    });

  it('[G2] is not written before, and once they are told of it as every other', async () => {
    const { journal, remove, disk } = await removedJournal(false);
    remove();
    expect(await journal.commit({ addUpdates: [update(1)], cursor: cursor(1) })).toEqual([]);
    expect(disk().updates).toHaveLength(0);
    await expect(journal.commit({ putOutbox: [row('a')] })).rejects.toBeInstanceOf(JournalEmptied);
    await journal.commit({ putOutbox: [row('a')] });
    expect(disk().outbox.size).toBe(1);
  });
});
