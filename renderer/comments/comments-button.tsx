import { sidePanel, toggleSidePanel } from '../editor/editor-layout.ts';
import { Icon } from '../icon.tsx';
import { strings } from '../strings.ts';
import type { Discussion } from './discussion.ts';

/** Opens and closes the comments, and says how many threads are open. */
export function CommentsButton({ discussion }: { readonly discussion: Discussion }) {
  const open = discussion.openCount.value;
  const name = strings.comments.button(open);
  return (
    <button
      type="button"
      class="quiet comments-open"
      aria-pressed={sidePanel.value === 'comments'}
      aria-label={name}
      title={name}
      onClick={() => toggleSidePanel('comments')}
    >
      <Icon name="comment" />
      {open > 0 && <span>{open}</span>}
    </button>
  );
}
