import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { newMemoryDisk } from '../../sync/journal-memory.ts';
import { deletionOfNothing, letterAfterItself } from '../fixtures/throwing-updates.ts';

import { cursorAt, entryAt, framesOf, later, newInbound, textOf, writtenEntries } from './written-entries.ts';

describe('received entries', () => {
  it('[G3] are applied in their order, in slices with turns between them, and frames that come fast together', async () => {
    const entries = writtenEntries(100);
    const { inbound, time, seen, text } = newInbound(newMemoryDisk());
    const done: number[] = [];
    const frames = framesOf(entries, 40);
    for (const frame of frames) inbound.push(frame, () => done.push(frame.cursor.seq));
    expect(seen.opened.length, 'the first slice runs at once').toBeGreaterThan(0);
    expect(seen.opened.length, 'and ends before a frame is over').toBeLessThan(40);
    expect(inbound.settledCursor).toBeUndefined();
    expect(done).toEqual([]);
    await time.pass(1000);
    expect(seen.opened).toEqual(entries.map(({ sealed }) => sealed));
    expect(done).toEqual([40, 80, 100]);
    expect(seen.applied).toEqual([40, 80, 100]);
    expect(inbound.settledCursor).toEqual(cursorAt(100));
    expect(text()).toBe(textOf(entries.map(({ sealed }) => sealed)));

    inbound.settle();
    const more = writtenEntries(104).slice(100);
    const before = seen.transactions;
    for (const frame of framesOf(more, 1)) inbound.push(frame, () => {});
    await time.pass(1000);
    expect(seen.transactions - before, 'the first at once, the others together').toBe(2);
  });

  it('[G8] a bad one in the middle is a hole, journaled with the cursor that covers it, and all others are there', async () => {
    const entries = writtenEntries(60);
    const doc = new Y.Doc();
    const embedded: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => embedded.push(update));
    doc.getText('content').insertEmbed(0, { image: 'x' });
    const bad = [new Uint8Array([0xff, 1, 2]), new Uint8Array([5, 5, 5]), embedded[0] ?? new Uint8Array()];
    const mixed = entries
      .flatMap(({ sealed }, i) => [sealed, ...(i % 20 === 10 ? [bad[Math.floor(i / 20)] ?? sealed] : [])])
      .map((sealed, i) => entryAt(i + 1, sealed));
    const disk = newMemoryDisk();
    const { inbound, holes, time, seen, text } = newInbound(disk);
    for (const frame of framesOf(mixed, 45)) inbound.push(frame, () => {});
    await time.pass(1000);
    expect(text()).toBe(textOf(entries.map(({ sealed }) => sealed)));
    expect(holes.seqs).toEqual([12, 33, 54]);
    expect([...disk.holes.keys()]).toEqual([12, 33, 54]);
    expect(disk.cursor).toEqual(cursorAt(63));
    expect(seen.damaged).toBe(0);
  });

  it('[G8] [G2] one that makes Yjs throw is told, and given up at once: it does not damage the next opening', async () => {
    for (const throwing of [letterAfterItself(), deletionOfNothing()]) {
      const entries = [...writtenEntries(20).map(({ sealed }) => sealed), throwing, ...later()];
      const disk = newMemoryDisk();
      const { inbound, holes, time, seen } = newInbound(disk);
      for (const frame of framesOf(
        entries.map((sealed, i) => entryAt(i + 1, sealed)),
        5,
      ))
        inbound.push(frame, () => {});
      await time.pass(1000);
      expect(seen.damaged).toBe(1);
      expect(holes.due).toBeUndefined();
      expect([...disk.holes.values()]).toMatchObject([{ seq: 21, givenUpBy: '1.0.0' }]);
      expect(disk.cursor?.seq).toBe(entries.length);
      expect(textOf(disk.updates.map(({ update }) => update))).toBe(
        textOf(entries.filter((sealed) => sealed !== throwing)),
      );
    }
  });

  it('[L3] [G2] one transaction of the journal holds a cursor and every entry before it, also when several wait for the disk', async () => {
    const entries = writtenEntries(300);
    const disk = newMemoryDisk();
    const cursors: number[] = [];
    const { inbound, time } = newInbound(disk, (journal) => ({
      ...journal,
      commit: async (change) => {
        const added = await journal.commit(change);
        const seq = disk.cursor?.seq ?? 0;
        cursors.push(seq);
        const kept = textOf(disk.updates.map(({ update }) => update));
        const covered = entries.slice(0, seq).map(({ sealed }) => sealed);
        expect(textOf([...disk.updates.map(({ update }) => update), ...covered])).toBe(kept);
        await new Promise(setImmediate);
        return added;
      },
    }));
    for (const frame of framesOf(entries, 70)) inbound.push(frame, () => {});
    await time.pass(2000);
    expect(cursors.at(-1)).toBe(300);
    expect(new Set(cursors).size).toBeGreaterThan(3);
  });

  it('[G2] closing in the middle of a frame loses nothing: the next opening goes on at the journaled cursor', async () => {
    const entries = writtenEntries(120);
    const disk = newMemoryDisk();
    const first = newInbound(disk);
    const [frame, ...others] = framesOf(entries, 50);
    if (frame === undefined) throw new Error('there is no frame');
    first.inbound.push(frame, () => {});
    await first.time.pass(1000);
    for (const other of others) first.inbound.push(other, () => {});
    first.inbound.close();
    const openedAtClose = first.seen.opened.length;
    await first.writer.close();
    await first.time.pass(1000);
    expect(first.seen.opened.length, 'nothing is applied after the end').toBe(openedAtClose);
    expect(openedAtClose).toBeGreaterThan(50);
    expect(openedAtClose).toBeLessThan(100);
    expect(disk.cursor).toEqual(cursorAt(50));

    const second = newInbound(disk);
    for (const { update } of disk.updates) Y.applyUpdate(second.doc, update);
    const cursor = disk.cursor?.seq ?? 0;
    for (const frame of framesOf(entries.slice(cursor), 50)) second.inbound.push(frame, () => {});
    await second.time.pass(1000);
    expect(second.text()).toBe(textOf(entries.map(({ sealed }) => sealed)));
    expect(textOf(disk.updates.map(({ update }) => update))).toBe(second.text());
  });

  it('[G2] one that builds on what has not come is kept in the journal until that comes', async () => {
    const entries = writtenEntries(30);
    const [lost, ...others] = entries;
    if (lost === undefined) throw new Error('nothing was written');
    const disk = newMemoryDisk();
    const { inbound, time } = newInbound(disk);
    for (const frame of framesOf(others, 7)) inbound.push(frame, () => {});
    await time.pass(1000);
    const kept = disk.updates.map(({ update }) => update);
    expect(textOf([...kept, lost.sealed])).toBe(textOf(entries.map(({ sealed }) => sealed)));
  });

  it('[G4] a program that throws while it shows them does not stop the document unnoticed', async () => {
    const entries = writtenEntries(20);
    const disk = newMemoryDisk();
    const { inbound, doc, time, seen } = newInbound(disk);
    doc.getText('content').observe(() => {
      throw new Error('could not be shown');
    });
    inbound.push({ entries, cursor: cursorAt(20) }, () => {});
    await time.pass(1000);
    expect(seen.damaged).toBeGreaterThan(0);
    expect(textOf(disk.updates.map(({ update }) => update))).toBe(
      textOf(entries.map(({ sealed }) => sealed)),
    );
  });
});
