import { type Signal, signal } from '@preact/signals';
import type { RoomId } from '../../protocol/ids.ts';
import type { Anchor } from '../../sync/comments.ts';

/** What someone is writing about a document and has not sent, kept while the window is open. */
export interface Drafts {
  /** The comment that is to start a thread, and where. */
  readonly start: Signal<{ readonly anchor: Anchor } | undefined>;
  readonly startText: Signal<string>;
  /** The reply to a thread. */
  reply(threadId: string): Signal<string>;
}

const kept = new Map<RoomId, Drafts>();

/** The drafts of a document; the same ones for as long as the window is open, whatever happens to the panel and the relay. */
export function draftsOf(roomId: RoomId): Drafts {
  const known = kept.get(roomId);
  if (known !== undefined) return known;
  const replies = new Map<string, Signal<string>>();
  const drafts: Drafts = {
    start: signal(undefined),
    startText: signal(''),
    reply: (threadId) => {
      const draft = replies.get(threadId) ?? signal('');
      replies.set(threadId, draft);
      return draft;
    },
  };
  kept.set(roomId, drafts);
  return drafts;
}
