import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { type MemoryDisk, memoryJournal, newMemoryDisk } from '../../sync/journal-memory.ts';
import { JournalUpkeep } from '../../sync/journal-upkeep.ts';
import { JournalWriter } from '../../sync/journal-writer.ts';
import { seededRandom } from '../fuzz/random.ts';
import { VirtualTime } from '../fuzz/virtual-time.ts';

/** A document whose every change is a row of a journal, as in one window. */
async function openWindow(disk: MemoryDisk, time: VirtualTime) {
  const doc = new Y.Doc();
  const journal = memoryJournal(disk);
  const writer = new JournalWriter(
    journal,
    () => {},
    () => new Promise(() => {}),
    () => ({}),
  );
  const upkeep = new JournalUpkeep(doc, writer, time);
  const { updates } = await journal.load();
  for (const { update } of updates) Y.applyUpdate(doc, update);
  writer.haveRead(updates);
  doc.on('update', (update: Uint8Array) => {
    void writer.write({ addUpdates: [update] });
    upkeep.changed();
  });
  upkeep.changed();
  const text = doc.getText('content');
  return {
    text,
    upkeep,
    /** One letter every `everyMs`. */
    type: async (count: number, everyMs: number) => {
      for (let letter = 0; letter < count; letter++) {
        text.insert(letter % (text.length + 1), 'x');
        await time.pass(everyMs);
      }
    },
  };
}

function textOn(disk: MemoryDisk): string {
  const doc = new Y.Doc();
  for (const { update } of disk.updates) Y.applyUpdate(doc, update);
  return doc.getText('content').toString();
}

describe('the journal of an open document', () => {
  it('[G2] becomes one row when nobody writes for a while, and not before', async () => {
    const [disk, time] = [newMemoryDisk(), new VirtualTime(seededRandom(1))];
    const { text, type } = await openWindow(disk, time);
    await type(900, 20);
    expect(disk.updates.length, 'while someone types').toBe(900);
    await time.pass(10_000);
    expect(disk.updates.length).toBe(1);
    expect(textOn(disk)).toBe(text.toString());
    await type(100, 1);
    await time.pass(10_000);
    expect(disk.updates.length, 'few rows are left alone').toBe(101);
  });

  it('[G2] becomes short although someone always types, before it is very long', async () => {
    const [disk, time] = [newMemoryDisk(), new VirtualTime(seededRandom(1))];
    const { text } = await openWindow(disk, time);
    let most = 0;
    for (let burst = 0; burst < 60; burst++) {
      for (let letter = 0; letter < 250; letter++) {
        text.insert(text.length, 'x');
        await Promise.resolve();
      }
      await time.pass(1000);
      most = Math.max(most, disk.updates.length);
    }
    expect(most).toBeGreaterThan(5000);
    expect(disk.updates.length).toBeLessThan(most);
    expect(textOn(disk)).toBe(text.toString());
  });

  it('[G2] keeps the rows of another window, which are not in this one’s document', async () => {
    const [disk, time] = [newMemoryDisk(), new VirtualTime(seededRandom(1))];
    const [left, right] = [await openWindow(disk, time), await openWindow(disk, time)];
    right.upkeep.stop();
    right.text.insert(0, 'the other window ');
    await left.type(600, 1);
    right.text.insert(0, 'again ');
    await time.pass(10_000);
    expect(disk.updates.length).toBe(3);
    expect(textOn(disk)).toContain('the other window');
    expect(textOn(disk)).toContain('again');
    expect(textOn(disk).length).toBe(left.text.length + right.text.length);
  });

  it('[G2] is left as it is when the document in memory is not to be relied on', async () => {
    const [disk, time] = [newMemoryDisk(), new VirtualTime(seededRandom(1))];
    const { upkeep, type } = await openWindow(disk, time);
    await type(600, 1);
    upkeep.stop();
    await time.pass(20_000);
    expect(disk.updates.length).toBe(600);
  });
});
