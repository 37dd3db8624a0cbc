import { Text } from '@codemirror/state';
import { describe, expect, it } from 'vitest';
import {
  type CountingTime,
  countInPieces,
  countWords,
  WordCounter,
} from '../../renderer/editor/word-count.ts';

describe('words', () => {
  it.each([
    ['', 0],
    ['one', 1],
    ["don't  stop\nwell-known — yes", 4],
    ['Паром опоздал на 11 минут', 5],
    ['## Heading **bold** _it_', 3],
    ['漢字とかな', 5],
    ['cafe\u0301 naïve', 2],
  ])('of %j are %d', (text, count) => {
    expect(countWords(text)).toBe(count);
  });

  it('are the same counted in pieces, wherever the pieces end', () => {
    const words = Array.from(
      { length: 9000 },
      (_, i) => 'x'.repeat(1 + (i % 13)) + (i % 7 === 0 ? '\n' : ' '),
    );
    const text = Text.of(words.join('').split('\n'));
    const counting = countInPieces(text);
    let step = counting.next();
    let pieces = 0;
    while (step.done !== true) {
      pieces += 1;
      step = counting.next();
    }
    expect(pieces).toBeGreaterThan(3);
    expect(step.value?.words).toBe(9000);
    expect(step.value?.characters).toBe(text.length - text.lines + 1);
  });

  it('of a text without spaces are counted, too', () => {
    const counting = countInPieces(Text.of(['a'.repeat(100_000)]));
    let step = counting.next();
    while (step.done !== true) step = counting.next();
    expect(step.value.words).toBeGreaterThan(0);
  });
});

/** A clock on which each look at the time takes a millisecond, and callbacks wait until they are run. */
function slowTime() {
  const due: { readonly delayMs: number; readonly run: () => void }[] = [];
  let nowMs = 0;
  const time: CountingTime = {
    now: () => nowMs++,
    after: (delayMs, run) => {
      const entry = { delayMs, run };
      due.push(entry);
      return () => {
        const at = due.indexOf(entry);
        if (at >= 0) due.splice(at, 1);
      };
    },
  };
  return { time, due, runNext: () => due.shift()?.run() };
}

describe('the counter', () => {
  const large = Text.of(Array.from({ length: 50_000 }, () => 'ten words in this line of text, or so, maybe'));

  it('counts a large text in slices of a few milliseconds', () => {
    const { time, due, runNext } = slowTime();
    const counter = new WordCounter(time);
    counter.changed(large);
    let slices = 0;
    while (due.length > 0) {
      const before = time.now();
      runNext();
      slices += 1;
      expect(time.now() - before).toBeLessThan(12);
    }
    expect(slices).toBeGreaterThan(10);
    expect(counter.count.value?.words).toBe(500_000);
  });

  it('starts anew when the text changes meanwhile, after a pause in the typing', () => {
    const { time, due, runNext } = slowTime();
    const counter = new WordCounter(time);
    counter.changed(Text.of(['one']));
    runNext();
    counter.changed(large);
    counter.changed(Text.of(['one two']));
    expect(due.map(({ delayMs }) => delayMs)).toEqual([300]);
    runNext();
    expect(counter.count.value?.words).toBe(2);
  });
});
