import { limits } from '../protocol/limits.ts';
import { encodeRelayMessage } from '../protocol/relay-messages.ts';
import type { Audience } from './audience.ts';
import { digestKey } from './entry-hash.ts';
import type { LogStore } from './log-store.ts';
import { isDamage, StoreError } from './log-store.ts';
import { PreparedFrame } from './prepared-frame.ts';
import type { Room } from './room.ts';
import type { FrameRun, SharedFrames, SharedReading } from './shared-frames.ts';
import type { SnapshotInfo } from './snapshot-store.ts';
import { keptFrom } from './snapshot-store.ts';

/** A large entry of which the bytes before `offset` have been read. */
interface LargeEntry {
  readonly seq: number;
  readonly total: number;
  readonly reading: SharedReading;
  offset: number;
}

/** What is read of something large at once: four chunks, as much as a member confirms at once. */
const runBytes = limits.confirmBytes;

/** Reads the stream of one member out of the store, frame by frame: a snapshot, what it keeps, the log (rules S2, S3 and S6). */
export class StreamReader {
  readonly #room: Room;
  readonly #audience: Pick<Audience, 'published'>;
  readonly #store: LogStore;
  readonly #snapshot: SnapshotInfo | undefined;
  readonly #frames: SharedFrames;
  #snapshotReading: SharedReading | undefined;
  #snapshotOffset = 0;
  /** Entries to send before the log goes on. */
  readonly #kept: Run[];
  /** The last entry of the log that was read. */
  #position: number;
  #large: LargeEntry | undefined;
  #closed = false;

  constructor(options: {
    room: Room;
    /** It reads as far as these have been sent. */
    audience: Pick<Audience, 'published'>;
    store: LogStore;
    frames: SharedFrames;
    afterSeq: number;
    snapshot?: SnapshotInfo | undefined;
  }) {
    this.#room = options.room;
    this.#audience = options.audience;
    this.#store = options.store;
    this.#frames = options.frames;
    this.#snapshot = options.snapshot;
    this.#kept = options.snapshot === undefined ? [] : runsOf(options.snapshot);
    this.#position = options.afterSeq;
  }

  /** Whether everything that is published has been read. */
  get isAtEnd(): boolean {
    return !this.#isBeforeLog && this.#large === undefined && this.#position >= this.#endSeq;
  }

  /** Whether newer snapshots have replaced what is to be read next: it is gone, or will be before the end is reached. */
  get wasPassed(): boolean {
    const { snapshots } = this.#room;
    if (this.#snapshot !== undefined && this.#isBeforeLog) return !snapshots.isCurrent(this.#snapshot);
    return this.#position + 1 < snapshots.floorSeq;
  }

  /** The snapshot that `error` says is damaged. */
  damagedSnapshot(error: unknown): SnapshotInfo | undefined {
    const isRead = this.#snapshot !== undefined && this.#snapshotOffset < this.#snapshot.bytes;
    return isRead && isDamage(error) ? this.#snapshot : undefined;
  }

  /** The next frame; there must be one. Throws what the store throws, where the log has a gap, and when `wasPassed`. */
  async next(): Promise<PreparedFrame> {
    if (this.wasPassed) throw new Error('What was to be read next may be gone.');
    const snapshot = this.#snapshot;
    if (snapshot !== undefined && this.#snapshotOffset < snapshot.bytes)
      return await this.#readSnapshot(snapshot);
    if (this.#large !== undefined) return await this.#readPart(this.#large);
    const [first] = this.#kept;
    const after = first === undefined ? this.#position : first.next - 1;
    const last = first === undefined ? this.#endSeq : first.last;
    const slice = await this.#store.read(this.#room.id, after, last, limits.chunkBytes);
    if (slice.type === 'end')
      throw new StoreError('damaged', `The log of room ${this.#room.id} has no entry ${after + 1}.`);
    if (slice.type === 'large') {
      const { seq, total } = slice;
      // The member went while the store was asked; a reading that is opened now would be closed by nobody.
      if (this.#closed) throw new Error('Nothing more is read.');
      const reading = this.#frames.open(`${this.#room.id} entry ${seq} ${total}`);
      this.#large = { seq, total, reading, offset: 0 };
      return await this.#readPart(this.#large);
    }
    this.#advance(after + slice.entries.length);
    return new PreparedFrame('entries', encodeRelayMessage({ event: 'entries', message: slice }));
  }

  /** Nothing more is read. */
  close(): void {
    this.#closed = true;
    this.#snapshotReading?.close();
    this.#large?.reading.close();
  }

  async #readSnapshot(snapshot: SnapshotInfo): Promise<PreparedFrame> {
    const { cursor, bytes: total } = snapshot;
    this.#snapshotReading ??= this.#frames.open(
      `${this.#room.id} snapshot ${cursor.seq} ${digestKey(snapshot.digest)}`,
    );
    const offset = this.#snapshotOffset;
    const head = (at: number) =>
      encodeRelayMessage({ event: 'snapshot-part', message: { cursor, total, offset: at, chunk: nothing } });
    const frame = await frameAt(this.#snapshotReading, offset, async (from, bytes) => {
      const read = await this.#store.readSnapshotPart(this.#room.id, snapshot, from, bytes);
      return framesOf('snapshot-part', from, read, head);
    });
    this.#snapshotOffset = Math.min(total, offset + limits.chunkBytes);
    if (this.#snapshotOffset === total) this.#snapshotReading.close();
    return frame;
  }

  async #readPart(large: LargeEntry): Promise<PreparedFrame> {
    const { seq, total, reading, offset } = large;
    const head = (at: number) =>
      encodeRelayMessage({ event: 'part', message: { seq, total, offset: at, chunk: nothing } });
    const frame = await frameAt(reading, offset, async (from, bytes) => {
      const read = await this.#store.readPart(this.#room.id, seq, from, bytes);
      return framesOf('part', from, read, head);
    });
    large.offset = Math.min(total, offset + limits.chunkBytes);
    if (large.offset === total) {
      reading.close();
      this.#large = undefined;
      this.#advance(seq);
    }
    return frame;
  }

  #advance(seq: number): void {
    const [run] = this.#kept;
    if (run === undefined) this.#position = seq;
    else if (seq === run.last) this.#kept.shift();
    else run.next = seq + 1;
  }

  get #endSeq(): number {
    return this.#audience.published.cursor.seq;
  }

  get #isBeforeLog(): boolean {
    return this.#kept.length > 0 || this.#snapshotOffset < (this.#snapshot?.bytes ?? 0);
  }
}

/** Consecutive entries that are still to be sent. */
interface Run {
  next: number;
  readonly last: number;
}

/** What a snapshot keeps, also what it does not name. */
function runsOf(snapshot: SnapshotInfo): Run[] {
  const runs: { next: number; last: number }[] = [];
  for (const seq of snapshot.kept) {
    const run = runs.at(-1);
    if (run !== undefined && run.last === seq - 1) run.last = seq;
    else runs.push({ next: seq, last: seq });
  }
  const run = runs.at(-1);
  if (run !== undefined && keptFrom(snapshot) <= run.last) run.last = snapshot.cursor.seq;
  return runs;
}

const nothing = new Uint8Array();

/** The frame at an offset. It is read with its neighbours, or alone where those before it end at damage. */
async function frameAt(
  reading: SharedReading,
  offset: number,
  read: (offset: number, bytes: number) => Promise<FrameRun>,
): Promise<PreparedFrame> {
  const from = offset - (offset % runBytes);
  const run = await reading.run(from, () => read(from, runBytes));
  const frame = run[(offset - from) / limits.chunkBytes] ?? (await read(offset, limits.chunkBytes))[0];
  if (frame === undefined) throw new Error(`The store gave nothing at ${offset}.`);
  return frame;
}

/** Bytes that were read at an offset, as a frame for each chunk; `head` encodes what is before the chunk. */
function framesOf(
  event: 'part' | 'snapshot-part',
  from: number,
  bytes: Uint8Array,
  head: (offset: number) => Uint8Array,
): FrameRun {
  const frames: PreparedFrame[] = [];
  for (let at = 0; at < bytes.length; at += limits.chunkBytes) {
    frames.push(new PreparedFrame(event, head(from + at), bytes.subarray(at, at + limits.chunkBytes)));
  }
  return frames;
}
