import type * as Y from 'yjs';

/** That someone has put the text of an older version in the place of the present one. */
export interface Restoration {
  /** Client id; `readPeople` says who that is. */
  readonly by: number;
  readonly atMs: number;
  /** When the document was so, ms since 1970. */
  readonly ofMs: number;
}

/** The key in `meta`. Only the last restoration is kept, so that the document does not grow with them. */
export const restorationKey = 'restored';

const maxMs = 8.64e15;

/** Writes down a restoration; belongs into its transaction. */
export function noteRestoration(meta: Y.Map<unknown>, { by, atMs, ofMs }: Restoration): void {
  meta.set(restorationKey, { by, at: atMs, of: ofMs });
}

/** The last restoration. Another program may have put in anything: what is none is left out. */
export function readRestoration(meta: Y.Map<unknown>): Restoration | undefined {
  const value = meta.get(restorationKey);
  if (typeof value !== 'object' || value === null) return undefined;
  const { by, at, of } = value as Readonly<Record<string, unknown>>;
  if (!isTime(at) || !isTime(of)) return undefined;
  const isClient = typeof by === 'number' && Number.isSafeInteger(by) && by >= 0;
  return { by: isClient ? by : -1, atMs: at, ofMs: of };
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= maxMs;
}
