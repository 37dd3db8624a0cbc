import type { ChangeSpec, Line, StateCommand } from '@codemirror/state';
import { selectedLines } from './selected-lines.ts';

/** The kinds of list a line can be in. */
export type ListKind = 'bullet' | 'numbered' | 'task';

const listMarks: Readonly<Record<ListKind, RegExp>> = {
  bullet: /^\s*[-*+]\s+(?!\[[ xX]\]\s)/,
  numbered: /^\s*\d+[.)]\s+/,
  task: /^\s*[-*+]\s+\[[ xX]\]\s/,
};
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

/** Makes the selected lines items of a list, or plain where all of them are. */
export function toggleList(kind: ListKind): StateCommand {
  return eachLine((lines) => {
    const isList = lines.every(({ text }) => listMarks[kind].test(text));
    let number = 0;
    return (line) => {
      number += 1;
      const indent = anyListMark.exec(line.text)?.[1] ?? '';
      const marks = { bullet: '- ', numbered: `${number}. `, task: '- [ ] ' } as const;
      return replaceMark(line, anyListMark, isList ? indent : indent + marks[kind]);
    };
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

/** A command that changes each selected line that is not blank; a single one also where it is. */
function eachLine(decide: (lines: readonly Line[]) => (line: Line) => ChangeSpec | undefined): StateCommand {
  return ({ state, dispatch }) => {
    if (state.readOnly) return false;
    const lines = selectedLines(state);
    const written = lines.filter(({ text }) => text.trim() !== '');
    const chosen = written.length > 0 ? written : lines.slice(0, 1);
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
