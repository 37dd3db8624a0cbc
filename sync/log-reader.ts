import { sha256 } from '@noble/hashes/sha2.js';
import { concat } from '../protocol/codec.ts';
import { type Cursor, idBytes, sameCursor } from '../protocol/ids.ts';
import { nextMark } from '../protocol/marks.ts';
import type { Entries, Joined, Part } from '../protocol/relay-messages.ts';

/** One entry as received, still sealed. */
export interface ReceivedEntry {
  readonly seq: number;
  readonly sealed: Uint8Array;
}

/** What reading a frame gives: the entries it completes, or that it does not continue the history read so far. */
export type ReadResult =
  | { readonly ok: true; readonly entries: readonly ReceivedEntry[] }
  | { readonly ok: false };

const gap: ReadResult = { ok: false };

/**
 * Follows a room's log frame by frame and keeps the cursor (rules L2 and L3). It computes every mark itself, from the
 * bytes it received; a relay that skips, repeats or alters an entry is found out at the next `live`.
 */
export class LogReader {
  #cursor: Cursor | undefined;
  #large:
    | {
        readonly seq: number;
        readonly total: number;
        readonly hash: ReturnType<typeof sha256.create>;
        chunks: Uint8Array[];
        received: number;
      }
    | undefined;

  constructor(cursor: Cursor | undefined) {
    this.#cursor = cursor;
  }

  /** What this copy has read; undefined before the first join. */
  get cursor(): Cursor | undefined {
    return this.#cursor;
  }

  /** A stream begins. False when a delta does not begin at this reader's cursor. */
  start(joined: Joined): boolean {
    this.#large = undefined;
    if (joined.start === 'delta') return this.#cursor !== undefined && sameCursor(this.#cursor, joined.from);
    this.#cursor = joined.from;
    return true;
  }

  /** Reads consecutive small entries. */
  entries(frame: Entries): ReadResult {
    const cursor = this.#cursor;
    if (cursor === undefined || this.#large !== undefined || frame.firstSeq !== cursor.seq + 1) return gap;
    let { seq, mark } = cursor;
    const entries = frame.entries.map((sealed) => {
      seq += 1;
      mark = nextMark(sha256, mark, sealed);
      return { seq, sealed };
    });
    this.#cursor = { seq, mark };
    return { ok: true, entries };
  }

  /** Reads one chunk of a large entry; gives the entry with its last chunk. Hashes as it goes, so no single step is long. */
  part(part: Part): ReadResult {
    const cursor = this.#cursor;
    if (cursor === undefined || part.seq !== cursor.seq + 1) return gap;
    if (part.offset === 0) {
      const hash = sha256.create().update(cursor.mark);
      this.#large = { seq: part.seq, total: part.total, hash, chunks: [], received: 0 };
    }
    const large = this.#large;
    if (large === undefined || large.total !== part.total || large.received !== part.offset) return gap;
    large.hash.update(part.chunk);
    large.chunks.push(part.chunk.slice());
    large.received += part.chunk.length;
    if (large.received < large.total) return { ok: true, entries: [] };
    this.#large = undefined;
    this.#cursor = { seq: part.seq, mark: large.hash.digest().slice(0, idBytes) };
    return { ok: true, entries: [{ seq: part.seq, sealed: concat(...large.chunks) }] };
  }

  /** Whether the relay's history up to here is the one that was read. */
  agrees(head: Cursor): boolean {
    return this.#cursor !== undefined && sameCursor(this.#cursor, head);
  }
}
