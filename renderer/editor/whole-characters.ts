import { type ChangeSpec, EditorState, type Extension, type Text, Transaction } from '@codemirror/state';
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
