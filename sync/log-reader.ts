import { sha256 } from '@noble/hashes/sha2.js';
import { concat } from '../protocol/codec.ts';
import { type Cursor, idBytes, sameCursor } from '../protocol/ids.ts';
import type { Joined } from '../protocol/joining-messages.ts';
import { nextMark } from '../protocol/marks.ts';
import type { Entries, Part, SnapshotPart } from '../protocol/relay-messages.ts';

/** One entry as received, still sealed. */
export interface ReceivedEntry {
  readonly seq: number;
  /** Mark of the position before it; undefined for one that the relay kept beside the snapshot. */
  readonly before: Uint8Array | undefined;
  readonly sealed: Uint8Array;
}

/** A whole snapshot as received, still sealed. */
export interface ReceivedSnapshot {
  readonly cursor: Cursor;
  readonly sealed: Uint8Array;
}

/** What reading a frame gives: the entries or the snapshot it completes, or that it does not continue the history read so far. */
export type ReadResult =
  | { readonly ok: true; readonly entries: readonly ReceivedEntry[]; readonly snapshot?: ReceivedSnapshot }
  | { readonly ok: false };

const gap: ReadResult = { ok: false };

/**
 * Follows a room's log frame by frame and keeps the cursor (rules L2 and L3). It computes every mark itself, from the
 * bytes it received; a relay that skips, repeats or alters an entry is found out at the next `live`.
 */
export class LogReader {
  #cursor: Cursor | undefined;
  #large:
    | { readonly seq: number; readonly chunks: Chunks; readonly hash: ReturnType<typeof sha256.create> }
    | undefined;
  /** A snapshot that is being read, before everything else in its stream. */
  #snapshot: { readonly cursor: Cursor; chunks: Chunks | undefined } | undefined;
  /** Entries up to here that the relay kept beside the snapshot may come before the log goes on. */
  #keptUpTo = 0;

  constructor(cursor: Cursor | undefined) {
    this.#cursor = cursor;
  }

  /** What this copy has read; undefined before the first join. */
  get cursor(): Cursor | undefined {
    return this.#cursor;
  }

  /** Where a join may go on: not between a snapshot and the entries kept beside it, which no delta carries. */
  get joinCursor(): Cursor | undefined {
    return this.#keptUpTo > 0 && this.#cursor?.seq === this.#keptUpTo ? undefined : this.#cursor;
  }

  /** A stream begins. False when a delta does not begin at this reader's cursor. */
  start(joined: Joined): boolean {
    this.#large = this.#snapshot = undefined;
    this.#keptUpTo = 0;
    if (joined.start === 'delta') return this.#cursor !== undefined && sameCursor(this.#cursor, joined.from);
    this.#cursor = joined.start === 'snapshot' ? undefined : joined.from;
    if (joined.start === 'snapshot') this.#snapshot = { cursor: joined.from, chunks: undefined };
    return true;
  }

  /** Reads one chunk of the snapshot that the stream starts with (rule S6). */
  snapshotPart(part: SnapshotPart): ReadResult {
    const reading = this.#snapshot;
    if (reading === undefined || !sameCursor(reading.cursor, part.cursor)) return gap;
    reading.chunks ??= new Chunks(part.total);
    if (!reading.chunks.add(part)) return gap;
    if (!reading.chunks.complete) return { ok: true, entries: [] };
    const { cursor } = reading;
    this.#snapshot = undefined;
    this.#cursor = cursor;
    this.#keptUpTo = cursor.seq;
    return { ok: true, entries: [], snapshot: { cursor, sealed: reading.chunks.whole() } };
  }

  /** Reads consecutive small entries. */
  entries(frame: Entries): ReadResult {
    const cursor = this.#cursor;
    if (cursor === undefined || this.#large !== undefined) return gap;
    if (this.#isKept(frame.firstSeq + frame.entries.length - 1)) {
      const entries = frame.entries.map((sealed, i) => ({
        seq: frame.firstSeq + i,
        before: undefined,
        sealed,
      }));
      return { ok: true, entries };
    }
    if (frame.firstSeq !== cursor.seq + 1) return gap;
    let { seq, mark } = cursor;
    const entries = frame.entries.map((sealed) => {
      const before = mark;
      seq += 1;
      mark = nextMark(sha256, mark, sealed);
      return { seq, before, sealed };
    });
    this.#cursor = { seq, mark };
    return { ok: true, entries };
  }

  /** Reads one chunk of a large entry; gives the entry with its last chunk. Hashes as it goes, so no single step is long. */
  part(part: Part): ReadResult {
    const cursor = this.#cursor;
    const isKept = this.#isKept(part.seq);
    if (cursor === undefined || !(isKept || part.seq === cursor.seq + 1)) return gap;
    if (part.offset === 0) {
      const hash = sha256.create().update(cursor.mark);
      this.#large = { seq: part.seq, chunks: new Chunks(part.total), hash };
    }
    const large = this.#large;
    if (large === undefined || large.seq !== part.seq || !large.chunks.add(part)) return gap;
    large.hash.update(part.chunk);
    if (!large.chunks.complete) return { ok: true, entries: [] };
    this.#large = undefined;
    const before = isKept ? undefined : cursor.mark;
    if (!isKept) this.#cursor = { seq: part.seq, mark: large.hash.digest().slice(0, idBytes) };
    return { ok: true, entries: [{ seq: part.seq, before, sealed: large.chunks.whole() }] };
  }

  /** `live`: all that was kept has come. Gives whether the relay's history up to here is the one that was read. */
  live(head: Cursor): boolean {
    this.#keptUpTo = 0;
    return this.#cursor !== undefined && sameCursor(this.#cursor, head);
  }

  /** Whether an entry is one that the relay kept beside the snapshot: it comes before the log goes on and moves no cursor. */
  #isKept(seq: number): boolean {
    return seq <= this.#keptUpTo && this.#cursor?.seq === this.#keptUpTo;
  }
}

/** What arrives in chunks, in order and without gaps. Grows with what has come, not with what is announced. */
class Chunks {
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;

  constructor(private readonly total: number) {}

  get complete(): boolean {
    return this.#bytes === this.total;
  }

  /** False where the chunk is not the next one. */
  add({
    total,
    offset,
    chunk,
  }: {
    readonly total: number;
    readonly offset: number;
    readonly chunk: Uint8Array;
  }): boolean {
    if (total !== this.total || offset !== this.#bytes) return false;
    this.#chunks.push(chunk.slice());
    this.#bytes += chunk.length;
    return true;
  }

  whole(): Uint8Array {
    return concat(...this.#chunks);
  }
}
