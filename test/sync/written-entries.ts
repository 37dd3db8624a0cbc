import * as Y from 'yjs';
import type { Cursor } from '../../protocol/ids.ts';
import type { Clock } from '../../sync/clock.ts';
import { Holes } from '../../sync/holes.ts';
import { Inbound } from '../../sync/inbound.ts';
import type { Journal } from '../../sync/journal.ts';
import { type MemoryDisk, memoryJournal } from '../../sync/journal-memory.ts';
import { JournalWriter } from '../../sync/journal-writer.ts';
import type { ReceivedEntry } from '../../sync/log-reader.ts';
import { seededRandom } from '../fuzz/random.ts';
import { VirtualTime } from '../fuzz/virtual-time.ts';

export const entryAt = (seq: number, sealed: Uint8Array): ReceivedEntry => ({
  seq,
  before: cursorAt(seq - 1).mark,
  sealed,
});

/** Entries of several writers who see each other, whose "seal" is none, so that an entry is its update. */
export function writtenEntries(count: number): readonly ReceivedEntry[] {
  const docs = [1, 2, 3].map((clientId) => {
    const doc = new Y.Doc();
    doc.clientID = clientId;
    return doc;
  });
  const random = seededRandom(3);
  const entries: ReceivedEntry[] = [];
  while (entries.length < count) {
    const writer = random.pick(docs);
    const keep = (sealed: Uint8Array) => entries.push(entryAt(entries.length + 1, sealed));
    writer.once('update', keep);
    const text = writer.getText('content');
    if (text.length > 5 && random.below(4) === 0) text.delete(random.below(text.length), 1);
    else text.insert(random.below(text.length + 1), random.pick([...'abcdef']));
    const newest = entries.at(-1);
    if (newest === undefined) continue;
    for (const doc of docs) if (doc !== writer) Y.applyUpdate(doc, newest.sealed);
  }
  return entries;
}

/** What is written after the entries of `writtenEntries`, by someone else. */
export function later(): readonly Uint8Array[] {
  const doc = new Y.Doc();
  doc.clientID = 9;
  doc.getText('content').insert(0, 'later');
  return [Y.encodeStateAsUpdate(doc)];
}

export function textOf(updates: readonly Uint8Array[]): string {
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, update);
  return doc.getText('content').toString();
}

export const cursorAt = (seq: number): Cursor => ({ seq, mark: new Uint8Array(16).fill(seq % 256) });

/** Frames of `size` entries and the cursor after each. */
export function framesOf(entries: readonly ReceivedEntry[], size: number) {
  return Array.from({ length: Math.ceil(entries.length / size) }, (_, i) => {
    const frame = entries.slice(i * size, (i + 1) * size);
    return { entries: frame, cursor: cursorAt(frame.at(-1)?.seq ?? 0) };
  });
}

/** An inbound on a journal, on a computer that takes 1 ms to open an entry. */
export function newInbound(disk: MemoryDisk, commit?: (journal: Journal) => Journal) {
  const time = new VirtualTime(seededRandom(1));
  let spentMs = 0;
  const clock: Clock = {
    now: () => time.now() + spentMs,
    after: (delayMs, callback) => time.after(delayMs, callback),
    random: () => time.random(),
  };
  const journal = memoryJournal(disk);
  const writer = new JournalWriter(
    commit?.(journal) ?? journal,
    () => {},
    () => new Promise(() => {}),
    () => ({}),
  );
  const doc = new Y.Doc();
  const seen = { opened: [] as Uint8Array[], transactions: 0, damaged: 0, applied: [] as number[] };
  doc.on('afterTransaction', () => {
    seen.transactions += 1;
  });
  const holes = new Holes('1.0.0');
  const inbound = new Inbound({
    doc,
    clock,
    writer,
    opener: {
      now: (sealed) => {
        spentMs += 1;
        seen.opened.push(sealed);
        return sealed[0] === 0xff ? undefined : sealed;
      },
      later: () => Promise.reject(new Error('nothing large is here')),
      snapshot: () => Promise.reject(new Error('no snapshot is here')),
    },
    isOwn: () => false,
    onJournaled: ({ seq }) => seen.applied.push(seq),
    holes,
    onHoles: () => {},
    onDamaged: () => {
      seen.damaged += 1;
    },
  });
  inbound.startAnew(cursorAt(0), 'none');
  return { inbound, holes, doc, time, writer, seen, text: () => doc.getText('content').toString() };
}
