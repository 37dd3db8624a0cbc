import { describe, expect, test } from 'vitest';
import { type Thinned, thinned } from '../../relay-server/milestones.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const nowMs = 1_700_000_000_000;
const plenty = { nowMs, bytes: Number.MAX_SAFE_INTEGER, count: 254 };

/** Milestones of these ages in minutes, oldest first, with seqs 1, 2, 3 … */
function aged(minutes: readonly number[], bytes = 1000): Thinned[] {
  return minutes.map((age, i) => ({ cursor: { seq: i + 1 }, createdMs: nowMs - age * minute, bytes }));
}

describe('milestones', () => {
  test.each([
    ['none', [], []],
    ['one, however old', [1_000_000], []],
    ['ten minutes apart', [20, 10], []],
    ['nearer than ten minutes', [19, 10], [2]],
    ['an eighth of the age of the older', [80, 70], []],
    ['nearer than an eighth', [88, 78], [2]],
    ['the first of three is what the others are held against', [88, 78, 77], [2]],
    ['one that goes is not held against the next', [88, 78, 70], [2]],
    ['in the same moment', [30, 30, 30], [2, 3]],
    ['from a clock that was set back', [10, 30, 5], [2, 3]],
  ])('[C7] %s', (_, ages, gone) => {
    expect(thinned(aged(ages), plenty)).toEqual(gone);
  });

  test('[C7] over the quota the oldest go first, and a thinned one takes nothing of it', () => {
    expect(thinned(aged([400, 300, 200, 100]), { ...plenty, bytes: 3000 })).toEqual([1]);
    expect(thinned(aged([400, 300, 200, 100]), { ...plenty, bytes: 2999 })).toEqual([1, 2]);
    expect(thinned(aged([400, 300, 200, 100]), { ...plenty, bytes: 1 })).toEqual([1, 2, 3, 4]);
    expect(thinned(aged([401, 400, 300, 200, 100]), { ...plenty, bytes: 4000 })).toEqual([2]);
    expect(thinned(aged([400, 300, 200, 100]), { ...plenty, count: 1 })).toEqual([1, 2, 3]);
  });

  test('[C7] of a year of snapshots every five minutes, some of every time are left', () => {
    let stored: Thinned[] = [];
    const step = 5 * minute;
    const startMs = nowMs;
    const endMs = startMs + 365 * day;
    for (let at = startMs, seq = 1; at < endMs; at += step, seq++) {
      stored.push({ cursor: { seq }, createdMs: at, bytes: 1000 });
      const gone = new Set(thinned(stored, { ...plenty, nowMs: at }));
      stored = stored.filter(({ cursor }) => !gone.has(cursor.seq));
    }
    const ages = stored.map(({ createdMs }) => endMs - createdMs);
    expect(ages.length).toBeGreaterThan(40);
    expect(ages.length).toBeLessThan(120);
    expect(ages[0]).toBe(365 * day);
    ages.slice(1).forEach((age, i) => {
      const older = ages[i] ?? 0;
      expect(older - age).toBeGreaterThanOrEqual(10 * minute);
      // A gap is at most what thinning made of it: twice the least, and the steps.
      expect(older - age).toBeLessThan(older / 3 + 20 * minute);
    });
  });
});
