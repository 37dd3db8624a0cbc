import type { Cursor } from '../protocol/ids.ts';
import type { Hole, Journal, JournalChange, JournalContent, OutboxRow, UpdateRow } from './journal.ts';

/** What a memory journal keeps between openings; a test's stand-in for a disk. */
export interface MemoryDisk {
  updates: UpdateRow[];
  outbox: Map<string, OutboxRow>;
  cursor: Cursor | undefined;
  holes: Map<number, Hole>;
  nextKey: number;
  /** Steps fail while it is. */
  isFull: boolean;
}

/** An empty disk for `memoryJournal`. */
export function newMemoryDisk(): MemoryDisk {
  return { updates: [], outbox: new Map(), cursor: undefined, holes: new Map(), nextKey: 1, isFull: false };
}

/** A journal that lasts as long as `disk`. For copies that need none, and for tests. */
export function memoryJournal(disk: MemoryDisk = newMemoryDisk()): Journal {
  return {
    onLost: () => {},
    load: () => Promise.resolve(contentOf(disk)),
    commit: (change) => {
      if (disk.isFull) return Promise.reject(new Error('the disk is full'));
      const firstKey = disk.nextKey;
      applyChange(disk, change);
      return Promise.resolve(Array.from({ length: disk.nextKey - firstKey }, (_, i) => firstKey + i));
    },
    close: () => Promise.resolve(),
  };
}

function contentOf(disk: MemoryDisk): JournalContent {
  return {
    updates: [...disk.updates],
    outbox: [...disk.outbox.values()],
    cursor: disk.cursor,
    holes: [...disk.holes.values()],
  };
}

function applyChange(disk: MemoryDisk, change: JournalChange): void {
  const removed = new Set(change.removeUpdates);
  disk.updates = disk.updates.filter((row) => !removed.has(row.key));
  for (const update of change.addUpdates ?? []) disk.updates.push({ key: disk.nextKey++, update });
  for (const row of change.putOutbox ?? []) disk.outbox.set(row.id, row);
  for (const id of change.removeOutbox ?? []) disk.outbox.delete(id);
  if (change.cursor !== undefined) disk.cursor = change.cursor;
  if (change.clearHoles) disk.holes.clear();
  for (const seq of change.removeHoles ?? []) disk.holes.delete(seq);
  for (const hole of change.addHoles ?? []) disk.holes.set(hole.seq, hole);
}
