import { lineCount, paletteSize } from './presence-state.ts';

/** How people are told apart: a colour of the palette, and a kind of line at the caret and around the avatar. */
export interface Look {
  /** Index into the palette. */
  readonly color: number;
  /** Which of the kinds of line; 0 is the plain one. */
  readonly line: number;
}

/** A look, who has it and since when. */
export interface HeldLook extends Look {
  readonly clientId: number;
  /** ms since 1970 by the holder's clock; 0 for a program that does not say, which never gives way. */
  readonly sinceMs: number;
}

/**
 * The look that one takes beside the others: one's own for as long as nobody who has had it for longer has the same; else
 * the wanted colour with a line that is free, or the nearest colour that has one. Since each person tells their own look
 * and only the later one gives way, it is the same for every viewer and does not change when someone comes or goes.
 */
export function chooseLook(wantedColor: number, own: HeldLook, others: readonly HeldLook[]): Look {
  const taken = new Set<number>();
  /** How many with the same look have had it for longer. */
  let before = 0;
  for (const other of others) {
    taken.add(numberOf(other));
    if (numberOf(other) === numberOf(own) && isBefore(other, own)) before += 1;
  }
  if (before === 0) return { color: own.color, line: own.line };
  let free = 0;
  for (let step = 0; step < paletteSize; step++) {
    const color = (wantedColor + step) % paletteSize;
    for (let line = 0; line < lineCount; line++) {
      const look = { color, line };
      if (taken.has(numberOf(look))) continue;
      free += 1;
      // The others who give way at the same moment take the free ones before.
      if (free === before) return look;
    }
  }
  return { color: own.color, line: own.line };
}

function numberOf({ color, line }: Look): number {
  return color * lineCount + line;
}

function isBefore(a: HeldLook, b: HeldLook): boolean {
  return a.sinceMs < b.sinceMs || (a.sinceMs === b.sinceMs && a.clientId < b.clientId);
}
