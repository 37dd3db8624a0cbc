import { Facet, type Transaction } from '@codemirror/state';
import type { UndoManager } from 'yjs';

/** What takes back this person's edits of a text. */
export const textUndo = Facet.define<UndoManager, UndoManager | undefined>({
  combine: ([manager]) => manager,
});

/** Kinds of edits, as their transactions name them, that one undo takes back and nothing else with them. */
const ownSteps = ['input.paste', 'input.drop', 'move.drop', 'input.replace', 'input.task', 'input.restore'];

/** Whether an edit is taken back alone. Others join what was written within the last half second. */
export function isOwnStep(transaction: Transaction): boolean {
  return ownSteps.some((kind) => transaction.isUserEvent(kind));
}
