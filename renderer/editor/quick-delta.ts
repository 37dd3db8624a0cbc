import type * as Y from 'yjs';
import { TextPieces } from './text-pieces.ts';

/**
 * Gives the text's events a delta that is found where the change is: Yjs looks at every piece of the text with each change
 * of others, 10 ms and more in a text of 1 MB. Call it before whoever reads deltas observes the text. `pieces` are up to
 * date whenever no event is under way; `end` ends it.
 */
export function quickDeltas(
  text: Y.Text,
  blockPieces?: number,
): { readonly pieces: TextPieces; readonly end: () => void } {
  const pieces = new TextPieces(text, blockPieces);
  const give = (event: Y.YTextEvent) => {
    const value = pieces.deltaOf(event);
    // Else Yjs works it out.
    if (value !== undefined) Object.defineProperty(event, 'delta', { value });
  };
  text.observe(give);
  return { pieces, end: () => text.unobserve(give) };
}
