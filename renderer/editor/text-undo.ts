import { Facet } from '@codemirror/state';
import type { UndoManager } from 'yjs';

/** What takes back this person's edits of a text. */
export const textUndo = Facet.define<UndoManager, UndoManager | undefined>({
  combine: ([manager]) => manager,
});
