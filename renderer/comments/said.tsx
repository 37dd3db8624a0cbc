import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Comment } from '../../sync/comments.ts';
import type { ShownAuthor } from '../authors/author-list.ts';
import { Icon } from '../icon.tsx';
import { initials, personClass } from '../person.ts';
import { strings } from '../strings.ts';
import { exactTime, timeWords } from '../time-words.ts';

interface SaidProps {
  readonly comment: Comment;
  readonly author: ShownAuthor | undefined;
  readonly nowMs: number;
  /** Undefined where the person may not delete it. */
  readonly onRemove: (() => void) | undefined;
}

/** Longer comments are folded. */
const foldedChars = 600;

/** One comment: who said it, when and what; and a way to delete one's own, which asks first. */
export function Said({ comment, author, nowMs, onRemove }: SaidProps) {
  const [isAsking, setAsking] = useState(false);
  const [isWhole, setWhole] = useState(false);
  const name = author?.name ?? strings.comments.unknown;
  const isFolded = !isWhole && comment.text.length > foldedChars;
  return (
    <div class="said">
      <div class="said-head">
        <span
          class={`avatar small ${author === undefined ? 'author-unknown' : personClass(author)}`}
          aria-hidden="true"
        >
          {author === undefined ? '?' : initials(name)}
        </span>
        <span class="person-name" title={name}>
          {author?.isSelf ? strings.people.self(name) : name}
        </span>
        <time
          class="said-when"
          dateTime={new Date(comment.atMs).toISOString()}
          title={exactTime(comment.atMs)}
        >
          {timeWords(comment.atMs, nowMs)}
        </time>
        {onRemove !== undefined && (
          <button
            type="button"
            class="quiet-icon said-remove"
            aria-label={strings.comments.removeYours}
            title={strings.comments.removeYours}
            onClick={() => setAsking(true)}
          >
            <Icon name="close" />
          </button>
        )}
      </div>
      <p class="said-text" dir="auto">
        {isFolded ? `${comment.text.slice(0, foldedChars)}…` : comment.text}
      </p>
      {isFolded && (
        <button type="button" class="quiet small" onClick={() => setWhole(true)}>
          {strings.comments.showAll}
        </button>
      )}
      {onRemove !== undefined && isAsking && (
        <RemoveQuestion onRemove={onRemove} onKeep={() => setAsking(false)} />
      )}
    </div>
  );
}

interface RemoveQuestionProps {
  readonly onRemove: () => void;
  readonly onKeep: () => void;
}

function RemoveQuestion({ onRemove, onKeep }: RemoveQuestionProps) {
  const keep = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => keep.current?.focus(), []);
  const keepOnEscape = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    onKeep();
  };
  return (
    <div class="said-question" role="alert" onKeyDown={keepOnEscape}>
      <span>{strings.comments.removeQuestion}</span>
      <button type="button" class="danger small" onClick={onRemove}>
        {strings.comments.remove}
      </button>
      <button type="button" class="small" ref={keep} onClick={onKeep}>
        {strings.comments.removeKeep}
      </button>
    </div>
  );
}
