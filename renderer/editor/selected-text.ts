import type { EditorState } from '@codemirror/state';
import type { SliceableText } from './word-count.ts';

/** The selected text, one selection after another; undefined where nothing is selected. One of any size is not copied. */
export function selectedText({ doc, selection }: EditorState): SliceableText | undefined {
  const ranges = selection.ranges.filter(({ empty }) => !empty);
  const [first] = ranges;
  if (first === undefined) return undefined;
  if (ranges.length > 1) {
    const joined = ranges.map(({ from, to }) => doc.sliceString(from, to)).join('\n');
    return { length: joined.length, sliceString: (from, to) => joined.slice(from, to) };
  }
  return {
    length: first.to - first.from,
    sliceString: (from, to = first.to - first.from) =>
      doc.sliceString(first.from + from, Math.min(first.to, first.from + to)),
  };
}
