import * as Y from 'yjs';

/** A place in the shared text that stays at its letters while others write, in the JSON form that presence carries. */
export function relativePlace(text: Y.Text, index: number): unknown {
  return Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text, index));
}

/** The index of a relative place, which another program may have written; undefined where it is not in what is here. */
export function resolvePlace(text: Y.Text, json: unknown): number | undefined {
  if (text.doc === null || typeof json !== 'object' || json === null) return undefined;
  try {
    // Whatever Yjs makes of it, only a place in this text counts.
    const relative = Y.createRelativePositionFromJSON(json);
    const absolute = Y.createAbsolutePositionFromRelativePosition(relative, text.doc);
    return absolute?.type === text ? absolute.index : undefined;
  } catch {
    return undefined;
  }
}
