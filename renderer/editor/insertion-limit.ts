import { EditorState, type Extension, StateEffect, StateField, type Transaction } from '@codemirror/state';
import { ySyncAnnotation } from 'y-codemirror.next';

/** Most UTF-16 units that go in at once. All of them are one change, and a relay takes none that is much larger. */
export const maxInsertedLength = 16_000_000;

const refuse = StateEffect.define<null>();

/** Whether the last thing a person inserted was too large; false again with their next edit. */
export const refusedInsertion = StateField.define<boolean>({
  create: () => false,
  update: (refused, transaction) => {
    if (transaction.effects.some((effect) => effect.is(refuse))) return true;
    return refused && !(transaction.docChanged && isOwn(transaction));
  },
});

/** Keeps what a person pastes, drops or replaces within `maxInsertedLength`: more leaves the text as it was. Changes of others come in at any size. */
export const insertionLimit: Extension = [
  refusedInsertion,
  EditorState.transactionFilter.of((transaction) => {
    const isTooLarge = isOwn(transaction) && insertedLength(transaction) > maxInsertedLength;
    return isTooLarge ? { effects: refuse.of(null) } : transaction;
  }),
];

function isOwn(transaction: Transaction): boolean {
  return transaction.annotation(ySyncAnnotation) === undefined;
}

function insertedLength({ changes }: Transaction): number {
  let length = 0;
  changes.iterChanges((_fromA, _toA, _fromB, _toB, inserted) => {
    length += inserted.length;
  });
  return length;
}
