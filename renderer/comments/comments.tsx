import type { ReadonlySignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { documentCommands, isMac, keysInWords } from '../bridge.ts';
import type { DocumentSession } from '../editor/document-session.ts';
import { sidePanel, toggleSidePanel } from '../editor/editor-layout.ts';
import type { EditorMenuItem } from '../editor/editor-menu.tsx';
import type { TextView } from '../editor/text-view.ts';
import { onComment } from '../editor/window-commands.ts';
import { lazy } from '../lazy.tsx';
import { strings } from '../strings.ts';
import { Discussion } from './discussion.ts';

const CommentPanel = lazy(async () => (await import('./comment-panel.tsx')).CommentPanel);

/** What is said about an open document; undefined until its copy has been read. */
export function useDiscussion({ provider, personId }: DocumentSession): Discussion | undefined {
  const opened = provider.value;
  const discussion = useMemo(
    () => (opened === undefined ? undefined : new Discussion(opened, personId)),
    [opened, personId],
  );
  useEffect(() => () => discussion?.close(), [discussion]);
  return discussion;
}

/** The line of the ⋯ menu. */
export function commentsMenuItem(): EditorMenuItem {
  return {
    label: strings.comments.heading,
    checked: sidePanel.value === 'comments',
    keys: keysInWords(documentCommands.comments, isMac),
    run: () => toggleSidePanel('comments'),
  };
}

interface CommentsProps {
  readonly discussion: Discussion;
  readonly view: ReadonlySignal<TextView | undefined>;
}

/** Marks in the text what is commented on, and shows the panel while it is open. */
export function Comments({ discussion, view }: CommentsProps) {
  const shown = view.value;
  useEffect(() => onComment((editor) => discussion.comment(editor)), [discussion]);
  useEffect(() => {
    if (discussion.drafts.start.peek() !== undefined) sidePanel.value ??= 'comments';
  }, [discussion]);
  useEffect(() => {
    if (shown === undefined) return;
    let isOver = false;
    let detach = () => {};
    // Fetched though nobody has asked for them yet: the relay that serves them may be away by then.
    CommentPanel.preload();
    import('./comment-extensions.ts').then(({ attachComments }) => {
      if (!isOver) detach = attachComments(shown, discussion);
    }, console.error);
    return () => {
      isOver = true;
      detach();
    };
  }, [shown, discussion]);
  return sidePanel.value === 'comments' ? <CommentPanel discussion={discussion} view={view} /> : null;
}
