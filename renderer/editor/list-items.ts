import { type ChangeSpec, countColumn, type Text } from '@codemirror/state';

/** A line in or near a list. Other lines are named by their number in the same array. */
export interface Row {
  readonly text: string;
  /** Columns before its first character. */
  readonly indent: number;
  /** Its mark, as `-` or `12.`, and the column in which what belongs to it begins; undefined where it begins no item. */
  readonly item: { readonly mark: string; readonly content: number } | undefined;
  /** The innermost item that it is in. */
  readonly parent: number | undefined;
  /** Of an item: the one before it at the same level. */
  readonly sibling: number | undefined;
}

/** What is to become of items, by number of the line: so many columns to the right, and another mark. */
export interface Reshaping {
  readonly shifts?: ReadonlyMap<number, number>;
  readonly marks?: ReadonlyMap<number, string>;
}

/** Lines looked at before and after those that are changed; numbers farther away stay as they are. */
const maxLinesAround = 1000;
const tabSize = 4;
const largestNumber = 999_999_999;

const itemStart = /^\s*([-*+]|\d{1,9}[.)])(\s+)/;
/** Lines that go on with no paragraph, whatever is before them. */
const blockStart = /^ {0,3}(?:#{1,6}\s|>|```|~~~|(?:[-*_]\s*){3,}$)/;
/** Of three or more of one sign, which looks like an item. */
const rule = /^ {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,})$/;
const fenceStart = /^(`{3,}|~{3,})/;

/** The line numbers of a document's text that the list around some lines takes: first and last. */
export function listAround(
  doc: Text,
  first: number,
  last: number,
): { readonly from: number; readonly to: number } {
  const ends = (number: number) => {
    const { text } = doc.line(number);
    if (!/^\S/.test(text) || itemStart.test(text)) return false;
    return blockStart.test(text) || number === 1 || doc.line(number - 1).text.trim() === '';
  };
  let from = first;
  while (from > 1 && first - from < maxLinesAround && !ends(from - 1)) from -= 1;
  let to = last;
  while (to < doc.lines && to - last < maxLinesAround && !ends(to + 1)) to += 1;
  return { from, to };
}

/** The texts of a document's lines with these numbers, both ends included. */
export function linesBetween(doc: Text, from: number, to: number): readonly string[] {
  return Array.from({ length: to - from + 1 }, (_, at) => doc.line(from + at).text);
}

/** Reads which lines are items, and what is in what. */
export function readRows(lines: readonly string[]): readonly Row[] {
  const rows: Row[] = [];
  const open: { readonly at: number; readonly content: number }[] = [];
  const lastOf = new Map<number | undefined, number>();
  let fence: string | undefined;
  let afterBlank = true;
  for (const [at, text] of lines.entries()) {
    const words = text.trimStart();
    const indent = columnsOf(text.slice(0, text.length - words.length));
    const isInside = indent >= (open.at(-1)?.content ?? 0);
    if (words === '' || (fence !== undefined && isInside)) {
      if (fence !== undefined && words.startsWith(fence)) fence = undefined;
      rows.push({ text, indent, item: undefined, parent: open.at(-1)?.at, sibling: undefined });
      afterBlank = words === '';
      continue;
    }
    const found = rule.test(text) ? null : itemStart.exec(text);
    fence = fenceStart.exec(found === null ? words : text.slice(found[0].length))?.[1];
    // A paragraph goes on wherever its next line begins.
    const goesOn = found === null && !afterBlank && !blockStart.test(text);
    while (!goesOn && open.length > 0 && indent < (open.at(-1)?.content ?? 0)) open.pop();
    const parent = open.at(-1)?.at;
    if (found === null) {
      if (!goesOn) lastOf.delete(parent);
      rows.push({ text, indent, item: undefined, parent, sibling: undefined });
    } else {
      const [, mark = '', gap = ''] = found;
      const gapColumns = columnsOf(gap);
      // From five blanks on the first is the gap, and the others begin a block of code.
      const content = indent + mark.length + (gapColumns > tabSize ? 1 : gapColumns);
      rows.push({ text, indent, item: { mark, content }, parent, sibling: lastOf.get(parent) });
      lastOf.set(parent, at);
      open.push({ at, content });
    }
    afterBlank = false;
  }
  return rows;
}

/** Whether a line is an item's own, or in it. */
export function isIn(rows: readonly Row[], line: number, item: number): boolean {
  for (let at: number | undefined = line; at !== undefined; at = rows[at]?.parent)
    if (at === item) return true;
  return false;
}

/** The lines after items have moved or taken other marks; what is in an item stays under its first word. */
export function reshaped(rows: readonly Row[], { shifts, marks }: Reshaping): readonly string[] {
  const under: number[] = [];
  return rows.map(({ text, indent, item, parent }, at) => {
    const by = (parent === undefined ? 0 : (under[parent] ?? 0)) + (shifts?.get(at) ?? 0);
    const words = text.trimStart();
    const mark = item === undefined ? '' : (marks?.get(at) ?? item.mark);
    under[at] = by + mark.length - (item?.mark.length ?? 0);
    if (words === '') return text;
    const space = by === 0 ? text.slice(0, text.length - words.length) : ' '.repeat(Math.max(0, indent + by));
    return space + mark + words.slice(item?.mark.length ?? 0);
  });
}

/**
 * The lines with their numbers counted on, after some items were placed anew: each of those goes on from the one
 * before it or begins with 1, and so do those that have another item before them, or are in another one, now.
 */
export function countedOn(
  before: readonly Row[],
  lines: readonly string[],
  placed: ReadonlySet<number>,
): readonly string[] {
  const rows = readRows(lines);
  const marks = new Map<number, string>();
  for (const [at, { item, parent }] of rows.entries()) {
    if (item === undefined || numberOf(item.mark) === undefined) continue;
    const old = before[at];
    const previous = previousIn(rows, at);
    const stays = old?.item?.mark.at(-1) === item.mark.at(-1) && previousIn(before, at) === previous;
    const isSame = stays && (old?.parent === parent || !placed.has(at));
    if (isSame && (previous === undefined || !marks.has(previous))) continue;
    const markNow = (line: number) => marks.get(line) ?? rows[line]?.item?.mark ?? '';
    const begins = placed.has(at) || old?.parent !== parent;
    const number =
      previous !== undefined
        ? (numberOf(markNow(previous)) ?? 0) + 1
        : begins
          ? 1
          : numberAfter(before, at, placed, markNow);
    const mark = `${Math.min(number, largestNumber)}${item.mark.at(-1)}`;
    if (mark !== item.mark) marks.set(at, mark);
  }
  return reshaped(rows, { marks });
}

/** The changes that make these lines of a document, the first of which has the number `from`, into others. */
export function lineChanges(doc: Text, from: number, lines: readonly string[]): readonly ChangeSpec[] {
  return lines.flatMap((text, at): ChangeSpec[] => {
    const line = doc.line(from + at);
    if (line.text === text) return [];
    const shorter = Math.min(text.length, line.length);
    let end = 0;
    while (end < shorter && text.at(-1 - end) === line.text.at(-1 - end)) end += 1;
    let start = 0;
    while (start < shorter - end && text[start] === line.text[start]) start += 1;
    const insert = text.slice(start, text.length - end);
    return [{ from: line.from + start, to: line.to - end, insert }];
  });
}

/** The number in a mark; undefined in a bullet. */
export function numberOf(mark: string): number | undefined {
  return /^\d/.test(mark) ? Number.parseInt(mark, 10) : undefined;
}

/** The item before one in the same list: a bullet or another sign behind the number begins a list of its own. */
function previousIn(rows: readonly Row[], at: number): number | undefined {
  const sibling = rows[at]?.sibling;
  const isSameList =
    sibling !== undefined && rows[sibling]?.item?.mark.at(-1) === rows[at]?.item?.mark.at(-1);
  return isSameList ? sibling : undefined;
}

/** The number of an item whose list is interrupted before it: it goes on from those that are left there. */
function numberAfter(
  before: readonly Row[],
  at: number,
  placed: ReadonlySet<number>,
  markNow: (line: number) => string,
): number {
  let first = at;
  for (let next = previousIn(before, at); next !== undefined; next = previousIn(before, next)) {
    if (!placed.has(next)) return (numberOf(markNow(next)) ?? 0) + 1;
    first = next;
  }
  return numberOf(before[first]?.item?.mark ?? '') ?? 1;
}

function columnsOf(space: string): number {
  return countColumn(space, tabSize);
}
