import { lineCount, paletteSize } from '../sync/presence-state.ts';

/** Someone present in a document, as their presence says; read by `parsePerson`, so within bounds. */
export interface Person {
  readonly clientId: number;
  readonly name: string;
  /** Index into the palette. */
  readonly color: number;
  /** Kind of line, which tells people of one colour apart. */
  readonly line: number;
  /** Has done nothing for a while, or looks at another window. */
  readonly isIdle: boolean;
  readonly isSelf: boolean;
}

/** How a person looks: what `personClass` needs. */
export type PersonLook = Pick<Person, 'color'> & Partial<Pick<Person, 'line' | 'isIdle'>>;

/** Longest name, in UTF-16 units; a name flag of this length still fits an 800 px window. */
export const maxNameLength = 40;

/** The style classes that set a person's colour and line, and that they are idle; any number is brought into the palette. */
export function personClass({ color, line = 0, isIdle = false }: PersonLook): string {
  return `person-${within(color, paletteSize)} line-${within(line, lineCount)}${isIdle ? ' idle' : ''}`;
}

/** Whether nothing that is shown of a person has changed. */
export function samePerson(a: Person, b: Person): boolean {
  return (
    a.clientId === b.clientId &&
    a.name === b.name &&
    a.color === b.color &&
    a.line === b.line &&
    a.isIdle === b.isIdle &&
    a.isSelf === b.isSelf
  );
}

/** Whether two lists show the same people in the same way. */
export function samePeople(a: readonly Person[], b: readonly Person[]): boolean {
  return (
    a.length === b.length &&
    a.every((person, i) => {
      const other = b[i];
      return other !== undefined && samePerson(person, other);
    })
  );
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
export function parsePerson(
  state: unknown,
  clientId: number,
  selfId: number | undefined,
): Person | undefined {
  if (!isRecord(state) || !isRecord(state.user)) return undefined;
  const { name, color, line } = state.user;
  const isSelf = clientId === selfId;
  return {
    clientId,
    name: typeof name === 'string' ? cleanName(name) : '',
    color: within(color, paletteSize),
    line: within(line, lineCount),
    // Whoever reads this is here.
    isIdle: state.idle === true && !isSelf,
    isSelf,
  };
}

function within(value: unknown, size: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.abs(Math.trunc(value)) % size : 0;
}

/** Everyone in the awareness states, oneself first, then by name; who is idle comes last, as places to be seen are few. */
export function peoplePresent(
  states: ReadonlyMap<number, unknown>,
  selfId: number | undefined,
): readonly Person[] {
  const people: Person[] = [];
  for (const [clientId, state] of states) {
    const person = parsePerson(state, clientId, selfId);
    if (person !== undefined) people.push(person);
  }
  return people.sort(
    (a, b) =>
      Number(b.isSelf) - Number(a.isSelf) ||
      Number(a.isIdle) - Number(b.isIdle) ||
      a.name.localeCompare(b.name) ||
      a.clientId - b.clientId,
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
