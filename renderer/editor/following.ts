import type { Transaction } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { signal } from '@preact/signals';
import { ySyncAnnotation } from 'y-codemirror.next';
import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import { modifierKeys } from '../modifier-keys.ts';
import { resolvePlace } from './relative-places.ts';
import { followText } from './text-followers.ts';

/** Whom this window follows, or why it does so no longer where nobody here decided that. */
export type FollowState =
  | { readonly state: 'nobody' }
  | { readonly state: 'following'; readonly clientId: number }
  | { readonly state: 'left'; readonly name: string };

/** Whom this window follows; one document is open in it. */
export const followState = signal<FollowState>({ state: 'nobody' });

/** Follows someone in the text that this window shows; nothing while there is none. */
export const startFollowing = signal<((clientId: number) => void) | undefined>(undefined);

/** Whether this window follows that person. */
export function isFollowed(clientId: number): boolean {
  const following = followState.value;
  return following.state === 'following' && following.clientId === clientId;
}

/** Follows someone, or nobody where this window does so already. */
export function toggleFollowing(clientId: number): void {
  if (isFollowed(clientId)) stopFollowing();
  else startFollowing.peek()?.(clientId);
}

/** Stops following because the person at this window goes somewhere else. */
export function goOwnWay(): void {
  if (followState.peek().state === 'following') stopFollowing();
}

/** Stops following, and takes away what was told of the last time. */
export function stopFollowing(): void {
  followState.value = { state: 'nobody' };
}

/** More than the text's upper padding. */
const spaceAbovePx = 48;
/** So far from the edge a cursor is brought into view, with its name. */
const cursorMarginPx = 32;

/**
 * Lets the view go with the scroll position and the cursor of whom `followState` names, until the person at this window
 * writes, presses, scrolls or moves in the text, goes to a place in it from elsewhere, or the other one leaves. Ends
 * with the returned function.
 */
export function followPeople(view: EditorView, text: Y.Text, awareness: Awareness): () => void {
  const follower = new Follower(view, text, awareness);
  const isOwn = (event: Event) => !(event instanceof KeyboardEvent && modifierKeys.has(event.key));
  const ownMove = (event: Event) => {
    if (isOwn(event)) goOwnWay();
  };
  const stopOnEscape = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.defaultPrevented) goOwnWay();
  };
  const news = (changes: Record<'added' | 'updated' | 'removed', readonly number[]>) =>
    follower.news(changes);
  const written = () => follower.lookSoon();
  const stopMoves = followText(view, ({ transactions }) => {
    if (transactions.some(isOwnMove)) goOwnWay();
  });
  const stops = ['wheel', 'touchmove', 'pointerdown', 'keydown', 'beforeinput'] as const;
  for (const stop of stops) view.scrollDOM.addEventListener(stop, ownMove, { capture: true, passive: true });
  window.addEventListener('keydown', stopOnEscape);
  awareness.on('change', news);
  text.observe(written);
  startFollowing.value = (clientId) => follower.start(clientId);
  return () => {
    stopMoves();
    for (const stop of stops) view.scrollDOM.removeEventListener(stop, ownMove, { capture: true });
    window.removeEventListener('keydown', stopOnEscape);
    awareness.off('change', news);
    text.unobserve(written);
    startFollowing.value = undefined;
    follower.end();
  };
}

/** Whether a change of the editor takes this person somewhere or writes; neither what others do nor this following does. */
function isOwnMove(transaction: Transaction): boolean {
  if (transaction.annotation(ySyncAnnotation) !== undefined) return false;
  return transaction.selection !== undefined || transaction.scrollIntoView || transaction.docChanged;
}

class Follower {
  #frame: number | undefined;
  /** What was last gone to, as told by the one who is followed. */
  #wentTo = { view: '', cursor: '' };
  #name = '';

  constructor(
    private readonly view: EditorView,
    private readonly text: Y.Text,
    private readonly awareness: Awareness,
  ) {}

  start(clientId: number): void {
    this.#wentTo = { view: '', cursor: '' };
    followState.value = { state: 'following', clientId };
    this.#rememberName(clientId);
    this.lookSoon();
  }

  end(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    stopFollowing();
  }

  news({ removed }: Record<'added' | 'updated' | 'removed', readonly number[]>): void {
    const following = followState.peek();
    if (following.state !== 'following') return;
    if (removed.includes(following.clientId)) {
      followState.value = { state: 'left', name: this.#name };
      return;
    }
    this.#rememberName(following.clientId);
    this.lookSoon();
  }

  /** Never at once: the news may come while the view is updating. */
  lookSoon(): void {
    if (followState.peek().state !== 'following') return;
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      const following = followState.peek();
      if (following.state === 'following') this.#goTo(following.clientId);
    });
  }

  #goTo(clientId: number): void {
    const state = this.awareness.getStates().get(clientId);
    const top = this.#resolve(state?.view?.top);
    const bottom = this.#resolve(state?.view?.bottom);
    const cursor = this.#resolve(state?.cursor?.head);
    const told = { view: JSON.stringify(state?.view) ?? '', cursor: JSON.stringify(state?.cursor) ?? '' };
    // What points to text that has not arrived yet is tried again when it has.
    const scrolled = top !== undefined && told.view !== this.#wentTo.view;
    const moved = cursor !== undefined && told.cursor !== this.#wentTo.cursor;
    if (scrolled) {
      this.#wentTo = { ...this.#wentTo, view: told.view };
      // From the very start, with the space above it.
      this.#scrollTo(top, 'start', top === 0 ? spaceAbovePx : 0);
    }
    if (moved) this.#wentTo = { ...this.#wentTo, cursor: told.cursor };
    const isSeenThere =
      top !== undefined && bottom !== undefined && cursor !== undefined && cursor >= top && cursor <= bottom;
    // Their cursor is wanted in view where they see it themselves, although this window may be smaller than theirs.
    if (cursor === undefined || !(moved || (scrolled && isSeenThere))) return;
    // Asking for coordinates measures first, and so carries out the scrolling from above.
    if (!this.#isSeen(cursor)) this.#scrollTo(cursor, isSeenThere ? 'nearest' : 'center', cursorMarginPx);
  }

  /** Undefined where it is not in what is here. */
  #resolve(place: unknown): number | undefined {
    const position = resolvePlace(this.text, place);
    return position === undefined || position > this.view.state.doc.length ? undefined : position;
  }

  #scrollTo(position: number, y: 'start' | 'center' | 'nearest', yMargin: number): void {
    if (followState.peek().state !== 'following') return;
    const at = Math.min(position, this.view.state.doc.length);
    this.view.dispatch({ effects: EditorView.scrollIntoView(at, { y, yMargin }) });
  }

  #isSeen(position: number): boolean {
    const at = this.view.coordsAtPos(Math.min(position, this.view.state.doc.length));
    const area = this.view.scrollDOM.getBoundingClientRect();
    return at !== null && at.top >= area.top && at.bottom <= area.bottom;
  }

  #rememberName(clientId: number): void {
    const name: unknown = this.awareness.getStates().get(clientId)?.user?.name;
    this.#name = typeof name === 'string' ? name : '';
  }
}
