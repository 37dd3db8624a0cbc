import type { EditorView } from '@codemirror/view';
import { edgePx } from './messages.ts';

/** The line at the top of the text, from 0, with the part of it that is scrolled away. */
export function lineAtTop(view: EditorView): number {
  const height = Math.max(0, view.scrollDOM.scrollTop + edgePx - view.documentPadding.top);
  const { from, to, top, height: blockHeight } = view.lineBlockAtHeight(height);
  const first = view.state.doc.lineAt(from).number - 1;
  const lines = view.state.doc.lineAt(to).number - first;
  return first + lines * Math.min(1, Math.max(0, (height - top) / Math.max(1, blockHeight)));
}

/** Scrolls so that this line, with its fraction, is at the top. */
export function scrollToLine(view: EditorView, line: number): void {
  const { doc } = view.state;
  const whole = Math.min(doc.lines - 1, Math.max(0, Math.floor(line)));
  const { top, height } = view.lineBlockAt(doc.line(whole + 1).from);
  view.scrollDOM.scrollTop = top + (line - whole) * height + view.documentPadding.top - edgePx;
}
