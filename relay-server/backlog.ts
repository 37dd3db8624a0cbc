/** Something that waits for a slow connection, and how to end it. */
export interface Waiting {
  readonly bytes: number;
  cut(): void;
}

/** When all that waits for slow connections is over `mostBytes`, ends those that wait for most until half of it is left. */
export function relieve(waiting: readonly Waiting[], mostBytes: number): void {
  let total = waiting.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= mostBytes) return;
  for (const each of waiting.toSorted((a, b) => b.bytes - a.bytes)) {
    if (total <= mostBytes / 2) return;
    total -= each.bytes;
    each.cut();
  }
}
