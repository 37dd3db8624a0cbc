import { effect, type Signal, signal } from '@preact/signals';
import type { RoomId } from '../../protocol/ids.ts';
import type { Anchor } from '../../sync/comments.ts';

/** What someone is writing about a document and has not sent, kept on this computer until it is sent or thrown away. */
export interface Drafts {
  /** Where the comment that is to start a thread belongs; kept once something of it is written. */
  readonly start: Signal<{ readonly anchor: Anchor } | undefined>;
  readonly startText: Signal<string>;
  /** The reply to a thread. */
  reply(threadId: string): Signal<string>;
}

const known = new Map<RoomId, Drafts>();

/** The drafts of a document, as they were left, whatever has happened since to the panel, the window and the relay. */
export function draftsOf(roomId: RoomId): Drafts {
  const before = known.get(roomId);
  if (before !== undefined) return before;
  const startText = keptText(`${prefixOf(roomId)}start`);
  const anchor = keptText(`${prefixOf(roomId)}anchor`);
  const start = signal(startText.peek() === '' ? undefined : parseStart(anchor.peek()));
  effect(() => {
    anchor.value = start.value === undefined || startText.value === '' ? '' : JSON.stringify(start.value);
  });
  const replies = new Map<string, Signal<string>>();
  const drafts: Drafts = {
    start,
    startText,
    reply: (threadId) => {
      const draft = replies.get(threadId) ?? keptText(`${prefixOf(roomId)}reply:${threadId}`);
      replies.set(threadId, draft);
      return draft;
    },
  };
  known.set(roomId, drafts);
  return drafts;
}

/** Leaves nothing of a document's drafts on this computer. */
export function forgetDrafts(roomId: RoomId): void {
  known.delete(roomId);
  for (const key of Object.keys(storage() ?? {})) if (key.startsWith(prefixOf(roomId))) keep(key, '');
}

function prefixOf(roomId: RoomId): string {
  return `inkroom-draft:${roomId}:`;
}

function parseStart(json: string): { readonly anchor: Anchor } | undefined {
  try {
    return JSON.parse(json) as { readonly anchor: Anchor };
  } catch {
    return undefined;
  }
}

/** A text that all windows of this person have under the same key. */
function keptText(key: string): Signal<string> {
  const text = signal(storage()?.getItem(key) ?? '');
  effect(() => keep(key, text.value));
  window.addEventListener('storage', (event) => {
    if (event.key === key) text.value = event.newValue ?? '';
  });
  return text;
}

function keep(key: string, text: string): void {
  try {
    if (text === '') storage()?.removeItem(key);
    else storage()?.setItem(key, text);
  } catch {
    // The storage is full: the draft is kept while the window is open.
  }
}

/** The browser's storage, unless it is forbidden. */
function storage(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}
