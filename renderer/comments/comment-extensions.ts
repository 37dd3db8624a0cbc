import { attach } from '../editor/attachment.ts';
import type { TextView } from '../editor/text-view.ts';
import { commentBubble } from './comment-bubble.ts';
import { commentMarks } from './comment-marks.ts';
import type { Discussion } from './discussion.ts';

/** Adds to a text what shows its comments and, where one may write, makes them; until the returned function is called. */
export function attachComments(view: TextView, discussion: Discussion): () => void {
  const marks = commentMarks(discussion, view.pieces);
  return attach(
    view.editor,
    discussion.canWrite ? [marks, commentBubble(() => discussion.comment(view.editor))] : marks,
  );
}
