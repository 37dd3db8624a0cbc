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
  for (let seed = 1; seed <= 400; seed++) {
    const below = numbers(seed);
    let screen = Text.of(['before', 'the composed line', 'after it', 'end']);
    /** The line of the composition; it moves with what is written before it. */
    const line = () => screen.lineAt(caret);
    let caret = screen.line(2).from;
    let shared = screen;
    const held = new HeldChanges(screen.length);
    for (let step = 0; step < 12; step++) {
      if (below(2) === 0) {
        const own = change(screen, line().from, line().to, below);
        screen = own.apply(screen);
        caret = own.mapPos(caret, -1);
        shared = held.own(own).apply(shared);
      } else {
        let others = change(shared, 0, shared.length, below);
        if (below(2) === 0) {
          const more = change(others.apply(shared), 0, others.newLength, below);
          others = others.compose(more);
        }
        shared = others.apply(shared);
        const { from, to } = line();
        const passing = held.others(others, screen, from, to);
        const before = line().text;
        screen = passing.apply(screen);
        caret = passing.mapPos(caret, 1);
        if (!passing.empty) passed += 1;
        expect(screen.toString(), `SEED=${seed} step ${step}`).toContain(before);
      }
      expect(held.changes.newLength).toBe(shared.length);
      expect(held.changes.apply(screen).toString(), `SEED=${seed} step ${step}`).toBe(shared.toString());
    }
  }
  expect(passed, 'changes in other lines pass').toBeGreaterThan(100);
});
