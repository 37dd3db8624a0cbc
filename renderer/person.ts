import { paletteSize } from '../sync/presence-state.ts';

/** Someone present in a document, as their presence says; read by `parsePerson`, so within bounds. */
export interface Person {
  readonly clientId: number;
  readonly name: string;
  /** Index into the palette. */
  readonly color: number;
  readonly isSelf: boolean;
}

/** Longest name, in UTF-16 units; a name flag of this length still fits an 800 px window. */
export const maxNameLength = 40;

/** The style class that sets a person's colour; any number is brought into the palette. */
export function personClass(color: number): string {
  return `person-${Math.abs(Math.trunc(color)) % paletteSize}`;
}

/** At most two letters for an avatar: of the first and the last word of a name. Never half a character. */
export function initials(name: string): string {
  const words = name
    .split(/[\s\-_.]+/u)
    .filter((word) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(word));
  const first = firstCharacter(words[0] ?? '');
  const last = words.length > 1 ? firstCharacter(words.at(-1) ?? '') : '';
  return (first + last).toLocaleUpperCase() || '?';
}

/** Reads one awareness state, which another program may have written, or undefined where it names nobody. */
export function parsePerson(state: unknown, clientId: number, selfId: number): Person | undefined {
  if (!isRecord(state) || !isRecord(state.user)) return undefined;
  const { name, color } = state.user;
  return {
    clientId,
    name: typeof name === 'string' ? cleanName(name) : '',
    color:
      typeof color === 'number' && Number.isFinite(color) ? Math.abs(Math.trunc(color)) % paletteSize : 0,
    isSelf: clientId === selfId,
  };
}

/** Everyone in the awareness states, oneself first and then by name. */
export function peoplePresent(states: ReadonlyMap<number, unknown>, selfId: number): readonly Person[] {
  const people: Person[] = [];
  for (const [clientId, state] of states) {
    const person = parsePerson(state, clientId, selfId);
    if (person !== undefined) people.push(person);
  }
  return people.sort(
    (a, b) => Number(b.isSelf) - Number(a.isSelf) || a.name.localeCompare(b.name) || a.clientId - b.clientId,
  );
}

/** A name on one line, without control characters, cut to `maxNameLength`. */
export function cleanName(name: string): string {
  return name
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, maxNameLength);
}

function firstCharacter(word: string): string {
  const characters = [...new Intl.Segmenter().segment(word)].map((part) => part.segment);
  return characters.find((character) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(character)) ?? '';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
