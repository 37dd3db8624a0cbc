import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Comment, Thread } from '../../sync/comments.ts';
import type { ShownAuthor } from '../authors/author-list.ts';
import { strings } from '../strings.ts';
import { exactTime, timeWords } from '../time-words.ts';
import { CommentForm } from './comment-form.tsx';
import type { Discussion } from './discussion.ts';
import { Said } from './said.tsx';

interface ThreadCardProps {
  readonly discussion: Discussion;
  readonly thread: Thread;
  readonly isGone: boolean;
  readonly nowMs: number;
  readonly onGoTo: () => void;
  /** The person goes on in the text, though the thread is shown. */
  readonly onKeepFocus: () => void;
}

/** Letters of the quoted text that are shown; about two lines. */
const quotedChars = 80;

/** The beginning of a quoted text, on one line. */
export function shortQuote(quote: string): string {
  const line = quote.replace(/\s+/g, ' ').trim();
  return line.length > quotedChars ? `${line.slice(0, quotedChars)}…` : line;
}

/** A thread: the text it is about, what was said, and what one can do about it. */
export function ThreadCard({ discussion, thread, isGone, nowMs, onGoTo, onKeepFocus }: ThreadCardProps) {
  const draft = discussion.drafts.reply(thread.id);
  const [replies, setReplies] = useState(draft.peek() === '' ? 0 : -1);
  const card = useRef<HTMLElement>(null);
  const replyButton = useRef<HTMLButtonElement>(null);
  const authors = discussion.people.authors.value;
  const isActive = discussion.active.value === thread.id;
  const { start, anchor, isResolved, resolution } = thread;
  const first = start ?? thread.replies[0];
  const name = (first === undefined ? undefined : authors.get(first.by))?.name ?? strings.comments.unknown;
  const { canWrite } = discussion;

  const wanted = discussion.wanted.value;
  useLayoutEffect(() => {
    if (wanted?.type !== 'thread' || wanted.id !== thread.id) return;
    discussion.wanted.value = undefined;
    card.current?.scrollIntoView({ block: 'nearest' });
    // After the panel, which takes the focus when it opens.
    queueMicrotask(() => (wanted.keepsFocus ? onKeepFocus() : card.current?.focus()));
  }, [wanted, thread.id, discussion, onKeepFocus]);

  const said = (comment: Comment) => (
    <Said
      key={comment.key}
      comment={comment}
      author={authors.get(comment.by)}
      nowMs={nowMs}
      onRemove={
        canWrite && authors.get(comment.by)?.isSelf === true
          ? () => discussion.remove(thread, comment)
          : undefined
      }
    />
  );
  const isReplying = canWrite && !isResolved && replies !== 0;
  const stopReplying = () => {
    draft.value = '';
    setReplies(0);
    requestAnimationFrame(() => replyButton.current?.focus());
  };
  return (
    <article
      class={`thread${isActive ? ' active' : ''}`}
      aria-label={strings.comments.thread(name, shortQuote(anchor.quote))}
      tabIndex={-1}
      ref={card}
      data-thread={thread.id}
      onFocusIn={() => {
        discussion.active.value = thread.id;
      }}
    >
      {isGone && <p class="thread-gone">{strings.comments.gone}</p>}
      {isGone ? (
        <blockquote class="thread-quote">{shortQuote(anchor.quote)}</blockquote>
      ) : (
        <button type="button" class="thread-quote" title={strings.comments.goTo} onClick={onGoTo}>
          {shortQuote(anchor.quote) || strings.comments.goTo}
        </button>
      )}
      {start === undefined ? <p class="said-text removed">{strings.comments.removed}</p> : said(start)}
      {thread.replies.map(said)}
      {resolution !== undefined && (
        <p class="thread-resolved" title={exactTime(resolution.atMs)}>
          {strings.comments.resolvedBy(nameOf(authors.get(resolution.by)), timeWords(resolution.atMs, nowMs))}
        </p>
      )}
      {isReplying && (
        <CommentForm
          draft={draft}
          label={strings.comments.replyTo(name)}
          send={strings.comments.reply}
          focusCount={replies}
          onSend={(text) => {
            discussion.reply(thread, text);
            stopReplying();
          }}
          onCancel={stopReplying}
        />
      )}
      {canWrite && !isReplying && (
        <div class="comment-actions">
          {!isResolved && (
            <button
              type="button"
              class="small"
              ref={replyButton}
              onClick={() => setReplies(Math.abs(replies) + 1)}
            >
              {strings.comments.reply}
            </button>
          )}
          <button type="button" class="quiet small" onClick={() => discussion.resolve(thread, !isResolved)}>
            {isResolved ? strings.comments.reopen : strings.comments.resolve}
          </button>
        </div>
      )}
    </article>
  );
}

function nameOf(author: ShownAuthor | undefined): string {
  return author?.isSelf ? strings.you : (author?.name ?? strings.comments.unknown);
}
