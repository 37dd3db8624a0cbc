import { describe, expect, it } from 'vitest';
import { type ExpressionJob, searchExpression } from '../../renderer/editor/expression-job.ts';

const job: ExpressionJob = {
  job: 1,
  text: '',
  source: '',
  caseSensitive: true,
  wholeWord: false,
  maxMatches: 100,
};

function search(text: string, source: string, more: Partial<ExpressionJob> = {}) {
  const answer = searchExpression({ ...job, text, source, ...more });
  return answer.result === 'wrong' ? answer.reason : { ...answer, spans: [...answer.spans] };
}

describe('an expression', () => {
  it.each<[string, string, Partial<ExpressionJob>, readonly number[]]>([
    ['one two', '\\w+', {}, [0, 3, 4, 7]],
    ['a\nb', '^', {}, [0, 0, 2, 2]],
    ['a\nb', 'a\\nb', {}, [0, 3]],
    ['Ferry ferry', 'ferry', { caseSensitive: false }, [0, 5, 6, 11]],
    ['cat concat cat_', 'cat', { wholeWord: true }, [0, 3]],
    ['чай чайка', 'чай', { wholeWord: true }, [0, 3]],
    ['😀😀', '', {}, [0, 0, 2, 2, 4, 4]],
    ['a😀b', '.', {}, [0, 1, 1, 3, 3, 4]],
  ])('in %j finds %j', (text, source, more, spans) => {
    expect(search(text, source, more)).toMatchObject({ spans, more: false });
  });

  it.each([
    ['(', 'Unterminated group'],
    ['[b-a]', 'Range out of order in character class'],
    ['\\', '\\ at end of pattern'],
    ['a)|(b', 'Unmatched'],
  ])('%j is told to be wrong', (source, reason) => {
    for (const wholeWord of [false, true]) expect(search('text', source, { wholeWord })).toContain(reason);
  });

  it('stops at its bound and says so', () => {
    expect(search('aaaa', 'a', { maxMatches: 2 })).toMatchObject({ spans: [0, 1, 1, 2], more: true });
    expect(search('aa', 'a', { maxMatches: 2 })).toMatchObject({ more: false });
  });

  it.each([
    ['$2 $1', 'two one'],
    ['$<second>!', 'two!'],
    ['<$&>', '<one two>'],
    ['$$1', '$1'],
    ['$12', 'one2'],
    ['$3', '$3'],
    ['a\\nb\\t\\\\n', 'a\nb\t\\n'],
  ])('is replaced by %j as %j', (template, insert) => {
    const found = search('one two', '(\\w+) (?<second>\\w+)', { replace: { template } });
    expect(found).toMatchObject({ inserts: [insert] });
  });

  it('is replaced in one place where only one is meant', () => {
    expect(search('a1 a2 a3', 'a(\\d)', { replace: { template: 'b$1', at: 3 } })).toMatchObject({
      spans: [3, 5],
      inserts: ['b2'],
    });
    expect(search('a1 a2', 'a(\\d)', { replace: { template: 'b', at: 1 } })).toMatchObject({ inserts: [] });
  });
});
