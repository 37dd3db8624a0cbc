import { effect, type Signal, signal } from '@preact/signals';
import type { RoomId } from '../../protocol/ids.ts';
import type { Anchor } from '../../sync/comments.ts';

/** What someone is writing about a document and has not sent, kept on this computer until it is sent or thrown away. */
export interface Drafts {
  /** The comment that is to start a thread, and where. */
  readonly start: Signal<{ readonly anchor: Anchor } | undefined>;
  readonly startText: Signal<string>;
  /** The reply to a thread. */
  reply(threadId: string): Signal<string>;
}

/** Drafts as they are kept: JSON in the browser's storage, under the document's name. */
interface KeptDrafts {
  readonly start?: { readonly anchor: Anchor };
  readonly startText: string;
  readonly replies: Readonly<Record<string, string>>;
}

const known = new Map<RoomId, Drafts>();

/** The drafts of a document, as they were left, whatever has happened since to the panel, the window and the relay. */
export function draftsOf(roomId: RoomId): Drafts {
  const before = known.get(roomId);
  if (before !== undefined) return before;
  const kept = read(roomId);
  const start = signal(kept.start);
  const startText = signal(kept.startText);
  const replies = signal<ReadonlyMap<string, Signal<string>>>(
    new Map(Object.entries(kept.replies).map(([threadId, text]) => [threadId, signal(text)])),
  );
  effect(() => {
    const written = [...replies.value].flatMap(([threadId, { value }]) =>
      value === '' ? [] : [[threadId, value]],
    );
    write(roomId, {
      ...(start.value === undefined ? {} : { start: start.value }),
      startText: startText.value,
      replies: Object.fromEntries(written),
    });
  });
  const drafts: Drafts = {
    start,
    startText,
    reply: (threadId) => {
      const draft = replies.peek().get(threadId) ?? signal('');
      if (!replies.peek().has(threadId)) replies.value = new Map([...replies.peek(), [threadId, draft]]);
      return draft;
    },
  };
  known.set(roomId, drafts);
  return drafts;
}

/** Leaves nothing of a document's drafts on this computer. */
export function forgetDrafts(roomId: RoomId): void {
  known.delete(roomId);
  localStorage.removeItem(keyOf(roomId));
}

function keyOf(roomId: RoomId): string {
  return `inkroom-drafts:${roomId}`;
}

function read(roomId: RoomId): KeptDrafts {
  const empty: KeptDrafts = { startText: '', replies: {} };
  const json = localStorage.getItem(keyOf(roomId));
  if (json === null) return empty;
  try {
    return { ...empty, ...(JSON.parse(json) as Partial<KeptDrafts>) };
  } catch {
    return empty;
  }
}

function write(roomId: RoomId, drafts: KeptDrafts): void {
  const isEmpty = drafts.start === undefined && Object.keys(drafts.replies).length === 0;
  if (isEmpty) localStorage.removeItem(keyOf(roomId));
  else localStorage.setItem(keyOf(roomId), JSON.stringify(drafts));
}
