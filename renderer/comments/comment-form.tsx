import type { Signal } from '@preact/signals';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { maxCommentChars } from '../../sync/comments.ts';
import { isMac } from '../bridge.ts';
import { strings } from '../strings.ts';

interface CommentFormProps {
  /** What has been written so far; kept by whoever gives it. */
  readonly draft: Signal<string>;
  readonly label: string;
  readonly send: string;
  /** Rises each time the field is to have the focus. */
  readonly focusCount: number;
  /** Why nothing can be sent now. */
  readonly obstacle?: string | undefined;
  readonly onSend: (text: string) => void;
  readonly onCancel: () => void;
}

const sendKeys = isMac ? '⌘↵' : 'Ctrl+Enter';

/** A field for a comment: Ctrl+Enter sends it, Cancel throws it away. Too long a comment is told, not cut. */
export function CommentForm(props: CommentFormProps) {
  const { draft, label, send, focusCount, obstacle, onSend, onCancel } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  const hint = useId();
  // In the step in which it is drawn: what is typed next is for this field.
  useLayoutEffect(() => {
    if (focusCount > 0) field.current?.focus();
  }, [focusCount]);
  const text = draft.value;
  const excess = text.trim().length - maxCommentChars;
  const trouble = excess > 0 ? strings.comments.tooLong(excess) : obstacle;
  const canSend = text.trim() !== '' && trouble === undefined;
  return (
    <form
      class="comment-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (canSend) onSend(text);
      }}
    >
      <textarea
        ref={field}
        rows={2}
        aria-label={label}
        aria-describedby={trouble === undefined ? undefined : hint}
        aria-invalid={trouble !== undefined}
        placeholder={label}
        value={text}
        dir="auto"
        onInput={(event) => {
          draft.value = event.currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.isComposing || event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          if (canSend) onSend(text);
        }}
      />
      {trouble !== undefined && (
        <p class="error" role="alert" id={hint}>
          {trouble}
        </p>
      )}
      <div class="comment-actions">
        <button
          type="submit"
          class="primary small"
          disabled={!canSend}
          title={strings.comments.sendKeys(sendKeys)}
        >
          {send}
        </button>
        <button type="button" class="quiet small" onClick={onCancel}>
          {strings.comments.cancel}
        </button>
        <span class="comment-keys">{sendKeys}</span>
      </div>
    </form>
  );
}
