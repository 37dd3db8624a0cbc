import { describe, expect, it } from 'vitest';
import { textDifference } from '../../renderer/editor/text-difference.ts';
import { seededRandom } from '../fuzz/random.ts';

function applied(old: string, now: string): string {
  let text = '';
  let at = 0;
  for (const { fromA, toA, fromB, toB } of textDifference(old, now).changes) {
    expect(fromA).toBeGreaterThanOrEqual(at);
    text += old.slice(at, fromA) + now.slice(fromB, toB);
    at = toA;
  }
  return text + old.slice(at);
}

describe('a difference between two texts', () => {
  it('is as small as the change, also where it is spread over a long text', () => {
    const random = seededRandom(3);
    const word = () => Array.from({ length: 6 }, () => random.pick([...'etaoinshr'])).join('');
    const lines = Array.from({ length: 20_000 }, () => Array.from({ length: 9 }, word).join(' '));
    const old = lines.join('\n');
    const now = lines
      .map((line, i) => (i % 100 === 50 ? `${line.slice(0, 20)}NEW${line.slice(22)}` : line))
      .join('\n');
    const { changes } = textDifference(old, now);
    expect(applied(old, now)).toBe(now);
    expect(changes.length).toBeGreaterThanOrEqual(200);
    expect(changes.reduce((sum, { fromA, toA }) => sum + toA - fromA, 0)).toBeLessThan(200 * 70);
  });

  it.each([
    ['', ''],
    ['', 'all new'],
    ['all gone', ''],
    ['a\n', 'a'],
    ['a', 'a\n\n'],
    ['one\ntwo\nthree', 'one\nthree\ntwo'],
    ['smile 😀 end', 'smile 😁 end'],
    ['\n\n\n', '\n'],
  ])('turns %j into %j', (old, now) => expect(applied(old, now)).toBe(now));

  it('never cuts a character in half', () => {
    for (const { fromB, toB } of textDifference('a 😀 b 😀', 'a 😁 b 😂').changes) {
      const inserted = 'a 😁 b 😂'.slice(fromB, toB);
      expect(inserted).toBe(Buffer.from(inserted, 'utf8').toString('utf8'));
    }
  });

  it('turns any text into any other', () => {
    const random = seededRandom(5);
    for (let round = 0; round < 300; round++) {
      const text = () => Array.from({ length: random.below(60) }, () => random.pick([...'ab \n'])).join('');
      const [old, now] = [text(), text()];
      expect(applied(old, now)).toBe(now);
    }
  });
});
