import { SearchQuery } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import { expect, test } from 'vitest';
import { countMatches } from '../../renderer/editor/match-count.ts';

/** A computer that is so busy that each look at the clock is a second later. */
function slow(): () => number {
  let nowMs = 0;
  return () => {
    nowMs += 1000;
    return nowMs;
  };
}

const count = (doc: string) =>
  countMatches(EditorState.create({ doc }), new SearchQuery({ search: 'o' }), slow());

test('a small text is counted whole on a busy computer too', () => {
  expect(count('one or two, no more')).toEqual({ total: 5, current: undefined, more: false });
  expect(count('o'.repeat(100)).more).toBe(false);
});

test.each([
  ['of many matches', 'o'.repeat(5000)],
  ['of few matches in a long text', `${'x'.repeat(100_000)}o`.repeat(10)],
])('the counting %s ends when its time is over, and says so', (_, doc) => {
  const { total, more } = count(doc);
  expect(more).toBe(true);
  expect(total).toBeLessThanOrEqual(100);
});
