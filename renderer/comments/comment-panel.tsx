import type { ReadonlySignal } from '@preact/signals';
import { useCallback, useEffect, useLayoutEffect, useState } from 'preact/hooks';
import type { Thread } from '../../sync/comments.ts';
import { documentCommands, isMac, keysInWords } from '../bridge.ts';
import { sidePanel } from '../editor/editor-layout.ts';
import { SidePanel } from '../editor/side-panel.tsx';
import type { TextView } from '../editor/text-view.ts';
import { strings } from '../strings.ts';
import { CommentForm } from './comment-form.tsx';
import { goToText } from './comment-marks.ts';
import type { Discussion } from './discussion.ts';
import { shortQuote, ThreadCard } from './thread-card.tsx';

interface CommentPanelProps {
  readonly discussion: Discussion;
  readonly view: ReadonlySignal<TextView | undefined>;
}

const narrow = window.matchMedia('(max-width: 719px)');
/** Times are told anew this often, in ms. */
const tickMs = 30_000;

/** All that is said about a document: a new comment, open threads in the order of the text, and the resolved ones, folded. */
export function CommentPanel({ discussion, view }: CommentPanelProps) {
  const nowMs = useNow();
  const { threads, omitted } = discussion.threads.value;
  const order = new Map(discussion.order.value.map((id, at) => [id, at]));
  const sorted = [...threads].sort(
    (a, b) => (order.get(a.id) ?? threads.length) - (order.get(b.id) ?? threads.length) || a.atMs - b.atMs,
  );
  const open = sorted.filter(({ isResolved }) => !isResolved);
  const resolved = sorted.filter(({ isResolved }) => isResolved);
  const draft = discussion.drafts.start.value;
  const goOnInText = useCallback(() => view.peek()?.focus(), [view]);
  const wanted = discussion.wanted.value;
  const showsResolved = wanted?.type === 'thread' && resolved.some(({ id }) => id === wanted.id);

  const goTo = ({ id }: Thread) => {
    const place = discussion.places.get(id);
    const text = view.peek();
    if (place === undefined || text === undefined) return;
    discussion.active.value = id;
    // In a narrow window the panel lies over the text.
    if (narrow.matches) sidePanel.value = undefined;
    goToText(text.editor, place.from);
    text.focus();
  };
  const card = (thread: Thread) => (
    <li key={thread.id}>
      <ThreadCard
        discussion={discussion}
        thread={thread}
        isGone={!order.has(thread.id)}
        nowMs={nowMs}
        onGoTo={() => goTo(thread)}
        onKeepFocus={goOnInText}
      />
    </li>
  );
  return (
    <SidePanel heading={strings.comments.heading}>
      <div class="comments">
        {draft !== undefined && discussion.canWrite && (
          <NewComment discussion={discussion} quote={draft.anchor.quote} onDone={goOnInText} />
        )}
        {threads.length === 0 && draft === undefined && <NoComments canWrite={discussion.canWrite} />}
        {open.length > 0 && <ul class="threads">{open.map(card)}</ul>}
        {open.length === 0 && threads.length > 0 && <p class="comments-none">{strings.comments.noneOpen}</p>}
        {omitted > 0 && <p class="comments-none">{strings.comments.omitted(omitted)}</p>}
        {resolved.length > 0 && (
          <details class="threads-resolved" open={showsResolved || undefined}>
            <summary>{strings.comments.resolved(resolved.length)}</summary>
            <ul class="threads">{resolved.map(card)}</ul>
          </details>
        )}
      </div>
    </SidePanel>
  );
}

interface NewCommentProps {
  readonly discussion: Discussion;
  readonly quote: string;
  readonly onDone: () => void;
}

function NewComment({ discussion, quote, onDone }: NewCommentProps) {
  const [focusCount, setFocusCount] = useState(0);
  const wanted = discussion.wanted.value;
  useLayoutEffect(() => {
    if (wanted?.type !== 'draft') return;
    discussion.wanted.value = undefined;
    setFocusCount((count) => count + 1);
  }, [wanted, discussion]);
  const discard = () => {
    discussion.discard();
    onDone();
  };
  return (
    <section class="thread active" aria-label={strings.comments.draft}>
      <blockquote class="thread-quote">{shortQuote(quote)}</blockquote>
      <CommentForm
        draft={discussion.drafts.startText}
        label={strings.comments.write}
        send={strings.comments.send}
        focusCount={focusCount}
        obstacle={discussion.isFull ? strings.comments.full : undefined}
        onSend={(text) => discussion.send(text)}
        onCancel={discard}
      />
    </section>
  );
}

function NoComments({ canWrite }: { readonly canWrite: boolean }) {
  return (
    <div class="comments-none">
      <p>{strings.comments.none}</p>
      <p class="hint">
        {canWrite
          ? strings.comments.noneHint(keysInWords(documentCommands.comments, isMac))
          : strings.comments.noneToRead}
      </p>
    </div>
  );
}

function useNow(): number {
  const [nowMs, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), tickMs);
    return () => window.clearInterval(timer);
  }, []);
  return Math.max(nowMs, Date.now());
}
