import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { limits } from '../../protocol/limits.ts';
import { memoryJournal, newMemoryDisk } from '../../sync/journal-memory.ts';
import { JournalWriter } from '../../sync/journal-writer.ts';
import { Outbox } from '../../sync/outbox.ts';

/** An outbox on a memory disk whose sealing is the identity, and what it sent. */
function newOutbox() {
  const disk = newMemoryDisk();
  const writer = new JournalWriter(
    memoryJournal(disk),
    () => {},
    () => Promise.resolve(),
    () => ({}),
  );
  const sent: { ref: number; entry: Uint8Array }[] = [];
  const outbox = new Outbox(
    {
      now: (update) => update,
      later: (update) => Promise.resolve(update),
      open: (sealed) => Promise.resolve(sealed),
    },
    writer,
    'opening',
    () => {},
  );
  const link = {
    entryBytes: limits.entryBytes,
    append: (ref: number, entry: Uint8Array) => void sent.push({ ref, entry }),
    upload: () => {
      throw new Error('nothing large is sent here');
    },
  };
  const settle = async () => {
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
  };
  return { disk, outbox, sent, link, settle };
}

/** The update of one inserted letter. */
function edit(letter: string): Uint8Array {
  const doc = new Y.Doc();
  doc.getText('content').insert(0, letter);
  return Y.encodeStateAsUpdate(doc);
}

describe('outbox', () => {
  it('[A1] sends nothing before it is journaled, and the same bytes again after a lost connection', async () => {
    const { disk, outbox, sent, link, settle } = newOutbox();
    outbox.open(link);
    outbox.add(edit('a'));
    expect(sent).toEqual([]);
    await settle();
    expect([...disk.outbox.values()].map(({ bytes }) => bytes)).toEqual(sent.map(({ entry }) => entry));
    outbox.shut();
    outbox.open(link);
    expect(sent).toHaveLength(2);
    expect(sent[1]?.entry).toEqual(sent[0]?.entry);
  });

  it('[L3] [G1] is saved with the acknowledgement, and keeps the row until the log has been read so far', async () => {
    const { disk, outbox, sent, link, settle } = newOutbox();
    outbox.open(link);
    outbox.add(edit('a'));
    await settle();
    expect(outbox.unsaved).toBe(1);
    outbox.acknowledged(sent[0]?.ref ?? 0, 7);
    await settle();
    expect([outbox.unsaved, disk.outbox.size]).toEqual([0, 1]);
    outbox.readUpTo(6);
    await settle();
    expect(disk.outbox.size).toBe(1);
    outbox.readUpTo(7);
    await settle();
    expect(disk.outbox.size).toBe(0);
  });

  it('[S1] [G1] what was acknowledged and not read back is sent again: the relay may have been restored without it', async () => {
    const { outbox, sent, link, settle } = newOutbox();
    outbox.open(link);
    outbox.add(edit('a'));
    await settle();
    outbox.acknowledged(sent[0]?.ref ?? 0, 7);
    outbox.shut();
    expect(outbox.unsaved).toBe(1);
    outbox.open(link);
    expect(sent.map(({ entry }) => entry)).toEqual([sent[0]?.entry, sent[0]?.entry]);
  });

  it('a few leave at once, later ones merge into the next', async () => {
    const { outbox, sent, link, settle } = newOutbox();
    outbox.open(link);
    for (let number = 0; number < 20; number++) {
      outbox.add(edit(String(number)));
      await settle();
    }
    expect(sent).toHaveLength(4);
    outbox.acknowledged(sent[0]?.ref ?? 0, 1);
    await settle();
    expect(sent).toHaveLength(5);
    const merged = new Y.Doc();
    Y.applyUpdate(merged, sent[4]?.entry ?? new Uint8Array());
    expect(merged.store.clients.size).toBe(16);
    expect(outbox.unsaved).toBe(19);
  });
});
