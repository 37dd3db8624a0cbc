import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { limits } from '../../protocol/limits.ts';
import { memoryJournal, newMemoryDisk } from '../../sync/journal-memory.ts';
import { JournalWriter } from '../../sync/journal-writer.ts';
import { Outbox } from '../../sync/outbox.ts';
import { partsOf } from '../../sync/plain-content.ts';
import { RemoteUpdates } from '../../sync/remote-updates.ts';

/** An outbox on a memory disk whose sealing is the identity, and what it sent. */
function newOutbox({ disk = newMemoryDisk(), opening = 'opening', entryBytes = limits.entryBytes } = {}) {
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
    opening,
    () => {},
  );
  const link = {
    entryBytes,
    append: (ref: number, entry: Uint8Array) => void sent.push({ ref, entry }),
    upload: (ref: number, total: number, offset: number, chunk: Uint8Array) => {
      const upload = offset === 0 ? { ref, entry: new Uint8Array(total) } : sent.at(-1);
      if (upload?.ref !== ref) throw new Error('something was sent amid an upload');
      upload.entry.set(chunk, offset);
      if (offset === 0) sent.push(upload);
      queueMicrotask(() => outbox.received(ref, offset + chunk.length));
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

/** Writes `count` edits of one person after another: an import, then titles of which each replaces the one before. */
function importAndTitles(importBytes: number, count: number): readonly Uint8Array[] {
  const doc = new Y.Doc();
  const { text, meta } = partsOf(doc);
  const updates: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => updates.push(update));
  meta.set('title', 'before the import');
  text.insert(0, randomBytes(importBytes / 2).toString('hex'));
  for (let number = 1; number < count; number++) meta.set('title', `title ${number}`);
  return updates;
}

/** What a reader has after these entries, each of which it must take as it comes. */
function taken(entries: readonly Uint8Array[]): { readonly chars: number; readonly title: unknown } {
  const doc = new Y.Doc();
  const { text, meta } = partsOf(doc);
  const remote = new RemoteUpdates(doc, () => {
    throw new Error('damaged');
  });
  for (const entry of entries) remote.transact((take) => expect(take(entry)).toBe('taken'));
  return { chars: text.length, title: meta.get('title') };
}

const kib = 1024;

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

  type TestOutbox = ReturnType<typeof newOutbox>;

  /** Acknowledges what is sent, in turn, until nothing waits. */
  async function acknowledgeAll({ outbox, sent, settle }: TestOutbox, alreadyDone = 0): Promise<void> {
    for (let done = alreadyDone; outbox.unsaved > 0; done++) {
      await settle();
      expect(sent.length, 'something is under way').toBeGreaterThan(done);
      outbox.acknowledged(sent[done]?.ref ?? 0, done + 1);
    }
  }

  it('[U1] nothing passes an upload: a title set during it arrives behind what it builds on', async () => {
    const test = newOutbox();
    test.outbox.open(test.link);
    for (const update of importAndTitles(300 * kib, 3)) {
      test.outbox.add(update);
      await test.settle();
    }
    expect(test.sent.map(({ entry }) => entry.length > limits.inlineEntryBytes)).toEqual([false]);
    await acknowledgeAll(test);
    expect(taken(test.sent.map(({ entry }) => entry))).toEqual({ chars: 300 * kib, title: 'title 2' });
  });

  for (const acknowledged of [0, 1, 2])
    it(`[U1] [A1] parts of a split change keep their order after a restart, ${acknowledged} of them saved`, async () => {
      const before = newOutbox({ entryBytes: 128 * kib, opening: 'a-1' });
      const edits = importAndTitles(300 * kib, 6);
      const [first = new Uint8Array(), large = new Uint8Array(), ...titles] = edits;
      before.outbox.add(Y.mergeUpdates([first, large, ...titles.slice(0, 2)]));
      await before.settle();
      before.outbox.add(titles[2] ?? new Uint8Array());
      await before.settle();
      before.outbox.open(before.link);
      for (let done = 0; done < acknowledged; done++) {
        await before.settle();
        before.outbox.acknowledged(before.sent[done]?.ref ?? 0, done + 1);
        before.outbox.readUpTo(done + 1);
      }
      await before.settle();
      const saved = before.sent.slice(0, acknowledged).map(({ entry }) => entry);
      const after = newOutbox({ disk: before.disk, opening: 'b-1', entryBytes: 100 * kib });
      after.outbox.restore([...before.disk.outbox.values()]);
      after.outbox.add(titles[3] ?? new Uint8Array());
      after.outbox.open(after.link);
      await acknowledgeAll(after);
      const entries = [...saved, ...after.sent.map(({ entry }) => entry)];
      expect(entries.length).toBeGreaterThan(3);
      expect(entries.filter(({ length }) => length > 128 * kib)).toEqual([]);
      expect(taken(entries)).toEqual({ chars: 300 * kib, title: 'title 4' });
    });

  it('[U1] what was sealed for a relay that took larger entries is split in its place', async () => {
    const before = newOutbox({ opening: 'a-1' });
    before.outbox.open(before.link);
    const edits = importAndTitles(300 * kib, 8);
    for (const update of edits.slice(1, 6)) {
      before.outbox.add(update);
      await before.settle();
    }
    const restart = newOutbox({ disk: before.disk, opening: 'b-1', entryBytes: 100 * kib });
    restart.outbox.restore([...before.disk.outbox.values()]);
    restart.outbox.add(edits[6] ?? new Uint8Array());
    await restart.settle();
    restart.outbox.open(restart.link);
    await restart.settle();
    const again = newOutbox({ disk: before.disk, opening: 'c-1', entryBytes: 100 * kib });
    again.outbox.restore([...before.disk.outbox.values()]);
    again.outbox.open(again.link);
    await acknowledgeAll(again);
    const entries = [edits[0] ?? new Uint8Array(), ...again.sent.map(({ entry }) => entry)];
    expect(taken(entries)).toEqual({ chars: 300 * kib, title: 'title 5' });
  });
});
