/** Halves of characters beyond the first 65,536 that stand alone. */
const loneHalves = /\p{Surrogate}/gu;

/** A text without halves of characters. Yjs cannot send them: every other copy would have something else in their place. */
export function wellFormed(text: string): string {
  return text.replace(loneHalves, '\ufffd');
}
