import { describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import type { Spool } from '../../relay-server/log-store.ts';
import { sharesOf, writeUnits } from '../../relay-server/write-share.ts';

const inline = (bytes: number) => writeUnits({ type: 'inline', bytes: new Uint8Array(bytes) });
/** A file of any size: only that it is one counts. */
const file = writeUnits({ type: 'spooled', spool: Object.create(null) as Spool });
const waiters = (count: number, nextUnits: number) => Array.from({ length: count }, () => ({ nextUnits }));

describe('what a write holds', () => {
  test('[G8] all whose next entry is small have their place, before whatever is large', () => {
    const [small, large] = [waiters(50, inline(100)), waiters(50, inline(limits.inlineEntryBytes))];
    const chosen = sharesOf([...large, ...small]);
    expect(chosen.slice(0, 50).map(({ waiter }) => waiter)).toEqual(small);
    expect(chosen.slice(0, 50).map(({ share }) => share)).toEqual(small.map(() => 4));
    expect(chosen.length).toBeLessThan(60);
  });

  test('[G8] of 250 rooms with 64 KiB each, one write takes less than half a mebibyte, from those that wait longest', () => {
    const large = waiters(250, inline(limits.inlineEntryBytes));
    const chosen = sharesOf(large).map(({ waiter }) => waiter);
    expect(chosen).toEqual(large.slice(0, chosen.length));
    expect(chosen.length * limits.inlineEntryBytes).toBeLessThan(512 * 1024);
    expect(chosen.length).toBeGreaterThan(3);
  });

  test('[G8] four files have their records in a write, and one room alone has all of it', () => {
    expect(sharesOf(waiters(16, file))).toHaveLength(4);
    expect(sharesOf(waiters(1, inline(limits.inlineEntryBytes)))[0]?.share).toBe(400);
    expect(sharesOf(waiters(1, 0))).toHaveLength(1);
  });
});
