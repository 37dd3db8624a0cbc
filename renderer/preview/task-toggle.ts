import type { EditorView } from '@codemirror/view';
import type { TextVersions } from './text-versions.ts';

/** The marks before a task's box: indentation, quotations, list marks. */
const taskLine = /^(?:[\s>]|[-+*]\s|\d{1,9}[.)]\s)*\[([ xX])\]\s/;

/**
 * Ticks or unticks the task that stood on a line (from 0) of a version of the text, wherever it is now, as an edit that is
 * undone alone. Does nothing where it is gone or has been changed meanwhile, and where the text is only for reading.
 */
export function toggleTask(view: EditorView, versions: TextVersions, version: number, line: number): void {
  if (view.state.readOnly) return;
  const then = versions.text(version);
  if (then === undefined || line + 1 > then.lines) return;
  const { from, text } = then.line(line + 1);
  const found = taskLine.exec(text);
  if (found === null) return;
  const start = from + found[0].length - 4;
  const box = text.slice(start - from, start - from + 3);
  const now = versions.placeNow(version, start, start + 3);
  if (now === undefined || view.state.sliceDoc(now, now + 3) !== box) return;
  view.dispatch({
    changes: { from: now + 1, to: now + 2, insert: box === '[ ]' ? 'x' : ' ' },
    userEvent: 'input.task',
  });
}
