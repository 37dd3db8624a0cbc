import { ChangeSet, Text } from '@codemirror/state';
import { expect, it } from 'vitest';
import { HeldChanges } from '../../renderer/editor/held-changes.ts';

/** Numbers from 0 on below `n`, the same for the same seed (mulberry32). */
function numbers(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n) | 0;
  };
}

function change(doc: Text, from: number, to: number, below: (n: number) => number): ChangeSet {
  const start = from + below(to - from + 1);
  const end = Math.min(to, start + below(3));
  const insert = 'abc\n'.slice(below(4)).slice(0, below(3));
  return ChangeSet.of({ from: start, to: end, insert }, doc.length, '\n');
}

it('[G3] what waits always makes the text on the screen the shared text, whatever is written on both sides', () => {
  let passed = 0;
  let waited = 0;
  for (let seed = 1; seed <= 400; seed++) {
    const below = numbers(seed);
    let screen = Text.of(['before', 'the composed line', 'after it', 'end']);
    const line = () => screen.line(2);
    const first = change(screen, line().from, line().to, below);
    let shared = first.apply(screen);
    const held = new HeldChanges(first);
    for (let step = 0; step < 12; step++) {
      if (below(2) === 0) {
        const own = change(screen, line().from, line().to, below);
        screen = own.apply(screen);
        shared = held.own(own).apply(shared);
      } else {
        const others = change(shared, 0, shared.length, below);
        shared = others.apply(shared);
        const { from, to } = line();
        const passing = held.pass(others, screen, from, to);
        if (passing === undefined) held.wait(others);
        else screen = passing.apply(screen);
        if (passing === undefined) waited += 1;
        else passed += 1;
      }
      expect(held.sharedLength).toBe(shared.length);
      expect(held.changes.apply(screen).toString(), `SEED=${seed} step ${step}`).toBe(shared.toString());
    }
  }
  expect(passed, 'changes in other lines pass').toBeGreaterThan(100);
  expect(waited).toBeGreaterThan(100);
});
