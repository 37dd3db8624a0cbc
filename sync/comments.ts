import * as Y from 'yjs';

/** What someone has said about a text. */
export interface Comment {
  readonly key: string;
  /** Client id; `readPeople` says who that is. */
  readonly by: number;
  readonly atMs: number;
  readonly text: string;
}

/** Where in the text a thread belongs. */
export interface Anchor {
  /** Yjs relative positions in their JSON form, at the first letter and behind the last; checked by whoever resolves them. */
  readonly from: unknown;
  readonly to: unknown;
  /** How the text there began when the thread was started. */
  readonly quote: string;
}

/** A comment on a piece of text and the replies to it. */
export interface Thread {
  readonly id: string;
  readonly anchor: Anchor;
  readonly atMs: number;
  /** The comment it starts with, unless that was deleted. */
  readonly start: Comment | undefined;
  /** Oldest first. */
  readonly replies: readonly Comment[];
  readonly isResolved: boolean;
  /** By whom and when, where that is known of a resolved one. */
  readonly resolution: Pick<Comment, 'by' | 'atMs'> | undefined;
}

/** All that is read of a document's comments; `omitted` threads and replies were more than are shown. */
export interface Threads {
  readonly threads: readonly Thread[];
  readonly omitted: number;
}

/** Longest comment, in UTF-16 units; a long page. */
export const maxCommentChars = 4000;
/** Letters of the commented text that are quoted. */
export const maxQuoteChars = 200;
/** Threads that can be there; the oldest beyond them are not shown. */
export const maxThreads = 500;
/** Replies of one thread that are shown. */
const maxReplies = 200;
/** Values that are read at most, so that another program cannot make reading slow. */
const maxValues = 20_000;
const maxMs = 8.64e15;

const keyPattern = /^(?:(thread|place|resolved)\/([0-9a-f]{1,32})|reply\/([0-9a-f]{1,32})\/[0-9a-f]{1,32})$/;

/** The place of a piece of text, for as long as any of it is there. */
export function anchorOf(text: Y.Text, from: number, to: number, quoted: string): Anchor {
  return {
    from: Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text, from, 0)),
    to: Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text, to, -1)),
    quote: quoted.slice(0, maxQuoteChars),
  };
}

/** Reads a document's threads, newest first. Another program may have put in anything: what is no comment is left out. */
export function readThreads(comments: Y.Map<unknown>): Threads {
  const starts: Thread[] = [];
  const replies = new Map<string, Comment[]>();
  const places = new Map<string, Partial<Anchor>>();
  const resolved = new Map<string, Thread['resolution']>();
  let read = 0;
  for (const [key, value] of comments.entries()) {
    read += 1;
    if (read > maxValues) break;
    const named = parseKey(key);
    if (named === undefined || !isRecord(value)) continue;
    const { kind, id } = named;
    if (kind === 'resolved' && value.resolved === true) resolved.set(id, parseResolution(value));
    if (kind === 'place') places.set(id, { from: value.from, to: value.to });
    if (kind === 'thread') {
      const thread = parseStart(key, id, value);
      if (thread !== undefined) starts.push(thread);
    }
    if (kind !== 'reply') continue;
    const reply = parseComment(key, value);
    if (reply === undefined) continue;
    const others = replies.get(id);
    if (others === undefined) replies.set(id, [reply]);
    else others.push(reply);
  }
  let omitted = Math.max(0, comments.size - maxValues);
  const threads = starts
    .map((thread) => {
      const { id } = thread;
      const all = (replies.get(id) ?? []).sort(byTime);
      omitted += Math.max(0, all.length - maxReplies);
      return {
        ...thread,
        anchor: { ...thread.anchor, ...places.get(id) },
        replies: all.slice(-maxReplies),
        isResolved: resolved.has(id),
        resolution: resolved.get(id),
      };
    })
    .filter(({ start, replies }) => start !== undefined || replies.length > 0)
    .sort((a, b) => -byTime({ ...a, key: a.id }, { ...b, key: b.id }));
  return {
    threads: threads.slice(0, maxThreads),
    omitted: omitted + Math.max(0, threads.length - maxThreads),
  };
}

/** Starts a thread and gives its id. */
export function startThread(comments: Y.Map<unknown>, anchor: Anchor, said: Omit<Comment, 'key'>): string {
  const id = newId();
  comments.set(`thread/${id}`, { ...asValue(said), anchor: { ...anchor } });
  return id;
}

/** Adds a reply; two people's replies at once are both there. */
export function addReply(comments: Y.Map<unknown>, threadId: string, said: Omit<Comment, 'key'>): void {
  comments.set(`reply/${threadId}/${newId()}`, asValue(said));
}

/** Resolves a thread or opens it again; of two who do both at once one wins everywhere. */
export function setResolved(
  comments: Y.Map<unknown>,
  threadId: string,
  resolved: boolean,
  by: number,
  atMs: number,
): void {
  comments.set(`resolved/${threadId}`, { resolved, by, at: atMs });
}

/**
 * Says where a thread's text is after a deletion was undone: what that brings back is new letters, and which ones is known
 * only where it was undone.
 */
export function movePlace(comments: Y.Map<unknown>, threadId: string, { from, to }: Anchor): void {
  comments.set(`place/${threadId}`, { from, to });
}

/** Takes a comment away. The place of a thread stays: someone may be replying at this moment. */
export function deleteComment(
  comments: Y.Map<unknown>,
  { anchor }: Thread,
  { key, by, atMs }: Comment,
): void {
  if (!comments.has(key)) return;
  if (parseKey(key)?.kind === 'thread') comments.set(key, { by, at: atMs, anchor: { ...anchor } });
  else comments.delete(key);
}

function parseKey(key: string): { readonly kind: string; readonly id: string } | undefined {
  const [, kind = 'reply', named, repliedTo] = keyPattern.exec(key) ?? [];
  const id = named ?? repliedTo;
  return id === undefined ? undefined : { kind, id };
}

function parseStart(key: string, id: string, value: Readonly<Record<string, unknown>>): Thread | undefined {
  const { anchor, at } = value;
  if (!isRecord(anchor) || !isTime(at)) return undefined;
  const { from, to, quote } = anchor;
  return {
    id,
    anchor: {
      from,
      to,
      quote: typeof quote === 'string' ? quote.slice(0, maxQuoteChars) : '',
    },
    atMs: at,
    start: parseComment(key, value),
    replies: [],
    isResolved: false,
    resolution: undefined,
  };
}

function parseComment(key: string, value: Readonly<Record<string, unknown>>): Comment | undefined {
  const { by, at, text } = value;
  if (typeof text !== 'string' || text.trim() === '' || !isTime(at)) return undefined;
  return { key, by: parseClient(by), atMs: at, text: text.slice(0, maxCommentChars) };
}

function parseResolution({ by, at }: Readonly<Record<string, unknown>>): Thread['resolution'] {
  return isTime(at) ? { by: parseClient(by), atMs: at } : undefined;
}

function parseClient(by: unknown): number {
  return typeof by === 'number' && Number.isSafeInteger(by) && by >= 0 ? by : -1;
}

function asValue({ by, atMs, text }: Omit<Comment, 'key'>): Readonly<Record<string, unknown>> {
  return { by, at: atMs, text: text.slice(0, maxCommentChars) };
}

function newId(): string {
  const words = crypto.getRandomValues(new Uint32Array(3));
  return [...words].map((word) => word.toString(16).padStart(8, '0')).join('');
}

function byTime(
  a: { readonly atMs: number; readonly key: string },
  b: { readonly atMs: number; readonly key: string },
): number {
  return a.atMs - b.atMs || (a.key < b.key ? -1 : 1);
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= maxMs;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
