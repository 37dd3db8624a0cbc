import type { Place } from './anchor-place.ts';

/** A piece of text that is commented on. */
export interface Stretch extends Place {
  readonly isActive: boolean;
}

/** The same text in pieces that do not overlap, in order; active where any of the pieces over it is. */
export function stretchesOf(pieces: readonly Stretch[]): readonly Stretch[] {
  const ends = pieces.flatMap(({ from, to, isActive }) => [
    { at: from, step: 1, isActive },
    { at: to, step: -1, isActive },
  ]);
  ends.sort((a, b) => a.at - b.at);
  const stretches: Stretch[] = [];
  const over = { active: 0, other: 0 };
  let from = 0;
  for (const { at, step, isActive } of ends) {
    if (at > from && over.active + over.other > 0) {
      const last = stretches.at(-1);
      const stretch = { from, to: at, isActive: over.active > 0 };
      if (last?.to === from && last.isActive === stretch.isActive)
        stretches[stretches.length - 1] = { ...last, to: at };
      else stretches.push(stretch);
    }
    from = at;
    over[isActive ? 'active' : 'other'] += step;
  }
  return stretches;
}
