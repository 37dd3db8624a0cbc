import type { OutboxRow } from './journal.ts';

/**
 * Rows in the order in which their changes were made. The journal has them as they came, and what a change is sealed as
 * comes behind what was typed meanwhile. So an id begins with its place: the opening, which begins with its time, a number
 * in it and, of a part, its number among the parts.
 */
export function inOrder(rows: readonly OutboxRow[]): readonly OutboxRow[] {
  const places = new Map(rows.map((row) => [row, placeOf(row.id)]));
  return rows.toSorted((a, b) => comparePlaces(places.get(a) ?? [], places.get(b) ?? []));
}

/** Ids of rows that take a row's place, of which `uniqueIds` are never used elsewhere. */
export function idsInPlaceOf(id: string, uniqueIds: readonly string[]): readonly string[] {
  const [place = ''] = id.split('@');
  return uniqueIds.map((unique, i) =>
    uniqueIds.length === 1 ? `${place}@${unique}` : `${place}.${i + 1}@${unique}`,
  );
}

function placeOf(id: string): readonly (string | number)[] {
  const [place = ''] = id.split('@');
  const [opening = '', ...numbers] = place.split('.');
  const [time = ''] = opening.split('-');
  return [Number.parseInt(time, 36) || 0, opening, ...numbers.map(Number)];
}

function comparePlaces(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  for (const [i, mine] of a.entries()) {
    const other = b[i];
    if (other === undefined) return 1;
    if (mine !== other) return mine < other ? -1 : 1;
  }
  return a.length - b.length;
}
