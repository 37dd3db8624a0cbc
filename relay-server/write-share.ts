import type { EntryBody } from './log-store.ts';

/**
 * What one write holds, in entries of next to nothing. A write of so many takes some milliseconds, and whoever has one to
 * append waits for the write under way and its own.
 */
const unitsPerWrite = 400;
/** Bytes that cost as much as an entry does. */
const bytesPerUnit = 1024;
/** What a file costs that is in its place already: it is looked at, and the note of it removed. */
const unitsPerFile = 100;
/** A keystroke, or a sentence: never kept waiting for what is larger. */
const smallUnits = 2;

/** What an entry costs of a write. */
export function writeUnits(body: EntryBody): number {
  return body.type === 'inline' ? 1 + body.bytes.length / bytesPerUnit : unitsPerFile;
}

/** Someone who waits for a write, and what the first of what it has costs. */
export interface WriteWaiter {
  readonly nextUnits: number;
}

/**
 * Who has its place in the next write, in equal shares of which each has one entry at least: all whose next entry is small, and
 * of the others, in their order, those whose entries make up a write. So a room that floods the relay delays itself and others of its kind.
 */
export function sharesOf<Waiter extends WriteWaiter>(
  waiting: Iterable<Waiter>,
): readonly { readonly waiter: Waiter; readonly share: number }[] {
  const small: Waiter[] = [];
  const large: Waiter[] = [];
  for (const waiter of waiting) (waiter.nextUnits <= smallUnits ? small : large).push(waiter);
  const share = unitsPerWrite / (small.length + large.length);
  const shares = small.map((waiter) => ({ waiter, share }));
  let left = unitsPerWrite;
  for (const waiter of large) {
    if (left <= 0) break;
    shares.push({ waiter, share });
    left -= Math.max(share, waiter.nextUnits);
  }
  return shares;
}
