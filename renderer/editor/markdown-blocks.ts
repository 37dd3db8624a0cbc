import type { ChangeSpec, EditorState, Line, StateCommand } from '@codemirror/state';
import {
  countedOn,
  lineChanges,
  linesBetween,
  listAround,
  numberOf,
  type Row,
  readRows,
  reshaped,
} from './list-items.ts';
import { selectedLines } from './selected-lines.ts';

/** The kinds of list a line can be in. */
export type ListKind = 'bullet' | 'numbered' | 'task';

const listMarks: Readonly<Record<ListKind, RegExp>> = {
  bullet: /^\s*[-*+]\s+(?!\[[ xX]\]\s)/,
  numbered: /^\s*\d+[.)]\s+/,
  task: /^\s*[-*+]\s+\[[ xX]\]\s/,
};
const taskBox = /^\[[ xX]\]\s+/;
const anyListMark = /^(\s*)(?:[-*+]\s+(?:\[[ xX]\]\s+)?|\d+[.)]\s+)?/;
const headingMark = /^ {0,3}(#{1,6})(?:\s+|$)/;
const quoteMark = /^ {0,3}> ?/;
const fence = /^ {0,3}(?:```|~~~)/;

/** Makes the selected lines headings of a level, or plain where all of them are. */
export function toggleHeading(level: number): StateCommand {
  return eachLine((lines) => {
    const isHeading = lines.every(({ text }) => headingMark.exec(text)?.[1]?.length === level);
    return (line) => replaceMark(line, headingMark, isHeading ? '' : `${'#'.repeat(level)} `);
  });
}

/** Makes the selected lines items of a list, or plain where all of them are; the numbers of the list count on. */
export function toggleList(kind: ListKind): StateCommand {
  return ({ state, dispatch }) => {
    if (state.readOnly) return false;
    const chosen = chosenLines(state);
    const isList = chosen.every(({ text }) => listMarks[kind].test(text));
    const [first, last] = [chosen[0], chosen.at(-1)];
    if (first === undefined || last === undefined) return false;
    const { from, to } = listAround(state.doc, first.number, last.number);
    const rows = readRows(linesBetween(state.doc, from, to));
    const placed = new Set(chosen.map(({ number }) => number - from));
    const marked = isList
      ? rows.map(({ text }, at) => (placed.has(at) ? text.replace(anyListMark, '$1') : text))
      : withMarks(rows, placed, kind);
    const changes = state.changes(lineChanges(state.doc, from, countedOn(rows, marked, placed)));
    const selection = state.selection.map(changes, 1);
    dispatch(state.update({ changes, selection, userEvent: 'input.block', scrollIntoView: true }));
    return true;
  };
}

/** The lines with items of a kind made of some; what is in an item stays under its first word. */
function withMarks(rows: readonly Row[], chosen: ReadonlySet<number>, kind: ListKind): readonly string[] {
  const isNumbered = kind === 'numbered';
  const mark = isNumbered ? '1.' : '-';
  const others = [...chosen].filter((at) => {
    const old = rows[at]?.item?.mark;
    return old !== undefined && (numberOf(old) !== undefined) !== isNumbered;
  });
  const lines = reshaped(rows, { marks: new Map(others.map((at) => [at, mark])) });
  return lines.map((text, at) => {
    if (!chosen.has(at)) return text;
    const begin = rows[at]?.item === undefined ? /^\s*/ : /^\s*\S+\s+/;
    const head = begin.exec(text)?.[0] ?? '';
    const words = text.slice(head.length);
    const box = taskBox.exec(words)?.[0] ?? '';
    return `${head}${rows[at]?.item === undefined ? `${mark} ` : ''}${kind === 'task' ? box || '[ ] ' : ''}${words.slice(box.length)}`;
  });
}

/** Makes the selected lines a quotation, or plain where all of them are. */
export const toggleQuote: StateCommand = eachLine((lines) => {
  const isQuote = lines.every(({ text }) => quoteMark.test(text));
  return (line) => (isQuote ? replaceMark(line, quoteMark, '') : { from: line.from, insert: '> ' });
});

/** Puts the selected lines between fences of code, or takes away the fences around them. */
export const toggleCodeBlock: StateCommand = ({ state, dispatch }) => {
  if (state.readOnly) return false;
  const { doc, selection } = state;
  const first = doc.lineAt(selection.main.from);
  const last = doc.lineAt(selection.main.to);
  const before = first.number > 1 ? doc.line(first.number - 1) : undefined;
  const after = last.number < doc.lines ? doc.line(last.number + 1) : undefined;
  const isFenced = fence.test(before?.text ?? '') && fence.test(after?.text ?? '');
  const changes: ChangeSpec[] =
    isFenced && before !== undefined && after !== undefined
      ? [
          { from: before.from, to: first.from },
          { from: last.to, to: after.to },
        ]
      : [
          { from: first.from, insert: '```\n' },
          { from: last.to, insert: '\n```' },
        ];
  const set = state.changes(changes);
  // The caret stays on its line, before the closing fence.
  const anchor = set.mapPos(selection.main.anchor, selection.main.anchor === last.to ? -1 : 1);
  const head = set.mapPos(selection.main.head, selection.main.head === last.to ? -1 : 1);
  const moved = isFenced || first.from < last.to ? { anchor, head } : { anchor: first.from + 4 };
  dispatch(state.update({ changes: set, selection: moved, userEvent: 'input.block', scrollIntoView: true }));
  return true;
};

/** The selected lines that are not blank, or the first where all are. */
function chosenLines(state: EditorState): readonly Line[] {
  const lines = selectedLines(state);
  const written = lines.filter(({ text }) => text.trim() !== '');
  return written.length > 0 ? written : lines.slice(0, 1);
}

/** A command that changes each chosen line. */
function eachLine(decide: (lines: readonly Line[]) => (line: Line) => ChangeSpec | undefined): StateCommand {
  return ({ state, dispatch }) => {
    if (state.readOnly) return false;
    const chosen = chosenLines(state);
    const change = decide(chosen);
    const changes = state.changes(chosen.flatMap((line) => change(line) ?? []));
    const selection = state.selection.map(changes, 1);
    dispatch(state.update({ changes, selection, userEvent: 'input.block', scrollIntoView: true }));
    return true;
  };
}

function replaceMark(line: Line, mark: RegExp, insert: string): ChangeSpec | undefined {
  const old = mark.exec(line.text)?.[0] ?? '';
  if (old === insert) return undefined;
  return { from: line.from, to: line.from + old.length, insert };
}
