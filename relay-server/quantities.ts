/** What a number counts. It is written as `100`, `64KiB` or `15s`. */
export type Unit = 'count' | 'bytes' | 'ms';

/** Suffixes of each unit, largest first; the last needs none. */
const suffixes = {
  count: [['', 1]],
  bytes: [
    ['TiB', 1024 ** 4],
    ['GiB', 1024 ** 3],
    ['MiB', 1024 ** 2],
    ['KiB', 1024],
    ['', 1],
  ],
  ms: [
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
    ['ms', 1],
  ],
} as const satisfies Record<Unit, readonly (readonly [suffix: string, factor: number])[]>;

/** The word for a value of the unit in a command's help. */
export const unitWords = { count: 'COUNT', bytes: 'SIZE', ms: 'TIME' } as const satisfies Record<
  Unit,
  string
>;

/** How values of the unit are written, for people who wrote one in another way. */
export const unitExamples = {
  count: 'a whole number such as 100',
  bytes: 'a size such as 500KiB, 64MiB or 1GiB',
  ms: 'a time such as 500ms, 15s, 2min or 1h',
} as const satisfies Record<Unit, string>;

/** A whole number of bytes or milliseconds, or undefined where the text is none. */
export function parseQuantity(text: string, unit: Unit): number | undefined {
  const [, digits = '', suffix = ''] = /^(\d{1,15}) ?([A-Za-z]*)$/u.exec(text) ?? [];
  const found = suffixes[unit].find(([name]) => name.toLowerCase() === suffix.toLowerCase());
  if (digits === '' || found === undefined) return undefined;
  const value = Number(digits) * found[1];
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The shortest text that `parseQuantity` reads as this number. */
export function formatQuantity(value: number, unit: Unit): string {
  const [suffix, factor] = suffixes[unit].find(([, size]) => value >= size && value % size === 0) ?? ['', 1];
  return `${value / factor}${suffix}`;
}
