import type { StateCommand } from '@codemirror/state';
import {
  type ChangeSpec,
  EditorSelection,
  EditorState,
  type Extension,
  findClusterBreak,
  type SelectionRange,
  type Text,
  Transaction,
} from '@codemirror/state';
import { ySyncAnnotation } from 'y-codemirror.next';
import { wellFormed } from '../well-formed.ts';

/**
 * No edit of this person splits a character of two UTF-16 units, such as an emoji, or brings in half of one: Yjs would
 * turn the halves into question marks, in other copies before this one.
 */
export const wholeCharacters: Extension = EditorState.transactionFilter.of((transaction) => {
  if (!transaction.docChanged || transaction.annotation(ySyncAnnotation) !== undefined) return transaction;
  const { startState, changes } = transaction;
  const mended: ChangeSpec[] = [];
  let isMended = false;
  changes.iterChanges((from, to, _from, _to, inserted) => {
    const change = { from, to, insert: inserted.toString() };
    const whole = wholeChange(startState.doc, change);
    if (whole !== change) isMended = true;
    mended.push(whole);
  });
  if (!isMended) return transaction;
  const set = startState.changes(mended);
  return {
    changes: set,
    selection: startState.selection.map(set, 1),
    effects: transaction.effects,
    scrollIntoView: transaction.scrollIntoView,
    userEvent: transaction.annotation(Transaction.userEvent) ?? 'input',
  };
});

/** Longest emoji that is deleted as one, in UTF-16 units; the longest there are have about 30. */
const longestEmoji = 64;
const characters = new Intl.Segmenter();

/** Backspace after an emoji of several signs (a family, a skin tone) deletes all of it; an accent on a letter still goes alone. */
export const deleteEmojiBackward: StateCommand = ({ state, dispatch }) => {
  if (state.readOnly || !state.selection.ranges.some((range) => emojiBefore(state, range) > 0)) return false;
  const deleted = state.changeByRange((range) => {
    const from = range.empty ? range.head - lengthBefore(state, range) : range.from;
    return { changes: { from, to: range.to }, range: EditorSelection.cursor(from) };
  });
  dispatch(state.update(deleted, { scrollIntoView: true, userEvent: 'delete.backward' }));
  return true;
};

/** Length of the emoji of several signs that ends at a cursor; 0 where there is none. */
function emojiBefore(state: EditorState, { empty, head }: SelectionRange): number {
  if (!empty) return 0;
  const before = state.sliceDoc(Math.max(0, head - longestEmoji), head);
  const last = [...characters.segment(before)].at(-1)?.segment ?? '';
  return /^\p{Extended_Pictographic}/u.test(last) && [...last].length > 1 ? last.length : 0;
}

function lengthBefore(state: EditorState, range: SelectionRange): number {
  const emoji = emojiBefore(state, range);
  if (emoji > 0) return emoji;
  const line = state.doc.lineAt(range.head);
  const offset = range.head - line.from;
  if (offset === 0) return Math.min(1, line.from);
  return offset - findClusterBreak(line.text, offset, false, false);
}

interface Change {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** The same change where it is sound, or one that leaves only whole characters. */
function wholeChange(doc: Text, change: Change): Change {
  const { from, to } = change;
  const start = isInside(doc, from) ? from - 1 : from;
  const end = isInside(doc, to) ? to + 1 : to;
  const isSound = start === from && end === to;
  if (isSound) {
    const insert = wellFormed(change.insert);
    return insert === change.insert ? change : { from, to, insert };
  }
  const joined = doc.sliceString(start, from) + change.insert + doc.sliceString(to, end);
  if (wellFormed(joined) === joined) return { from: start, to: end, insert: joined };
  const insert = wellFormed(change.insert);
  return from === to ? { from: end, to: end, insert } : { from: start, to: end, insert };
}

function isInside(doc: Text, position: number): boolean {
  if (position <= 0 || position >= doc.length) return false;
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(doc.sliceString(position - 1, position + 1));
}
