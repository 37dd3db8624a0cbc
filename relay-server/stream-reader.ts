import { limits } from '../protocol/limits.ts';
import type { RelayMessage } from '../protocol/relay-messages.ts';
import { encodeRelayMessage } from '../protocol/relay-messages.ts';
import type { LogStore } from './log-store.ts';
import { isDamage, StoreError } from './log-store.ts';
import type { Room } from './room.ts';
import type { SnapshotInfo } from './snapshot-store.ts';

/** A message of the stream, ready to be sent. */
export interface StreamFrame {
  readonly event: 'entries' | 'part' | 'snapshot-part';
  readonly payload: Uint8Array;
}

/** A large entry of which the bytes before `offset` have been read. */
interface LargeEntry {
  readonly seq: number;
  readonly total: number;
  offset: number;
}

/** Reads the stream of one member out of the store, frame by frame: a snapshot, what it keeps, the log (rules S2, S3 and S6). */
export class StreamReader {
  readonly #room: Room;
  readonly #store: LogStore;
  readonly #snapshot: SnapshotInfo | undefined;
  #snapshotOffset = 0;
  /** Entries to send before the log goes on. */
  readonly #kept: number[];
  /** The last entry of the log that was read. */
  #position: number;
  #large: LargeEntry | undefined;

  constructor(options: {
    room: Room;
    store: LogStore;
    afterSeq: number;
    snapshot?: SnapshotInfo | undefined;
  }) {
    this.#room = options.room;
    this.#store = options.store;
    this.#snapshot = options.snapshot;
    this.#kept = [...(options.snapshot?.kept ?? [])];
    this.#position = options.afterSeq;
  }

  /** Whether everything that is published has been read. */
  get isAtEnd(): boolean {
    return !this.#isBeforeLog && this.#large === undefined && this.#position >= this.#room.published.seq;
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
  async next(): Promise<StreamFrame> {
    if (this.wasPassed) throw new Error('What was to be read next may be gone.');
    const snapshot = this.#snapshot;
    if (snapshot !== undefined && this.#snapshotOffset < snapshot.bytes)
      return await this.#readSnapshot(snapshot);
    if (this.#large !== undefined) return await this.#readPart(this.#large);
    const [first] = this.#kept;
    const after = first === undefined ? this.#position : first - 1;
    const last = first === undefined ? this.#room.published.seq : endOfRun(this.#kept);
    const slice = await this.#store.read(this.#room.id, after, last, limits.chunkBytes);
    if (slice.type === 'end')
      throw new StoreError('damaged', `The log of room ${this.#room.id} has no entry ${after + 1}.`);
    if (slice.type === 'large') {
      this.#large = { seq: slice.seq, total: slice.total, offset: 0 };
      return await this.#readPart(this.#large);
    }
    this.#advance(after + slice.entries.length, slice.entries.length);
    return frame({ event: 'entries', message: slice });
  }

  async #readSnapshot(snapshot: SnapshotInfo): Promise<StreamFrame> {
    const { cursor, bytes: total } = snapshot;
    const offset = this.#snapshotOffset;
    const chunk = await this.#store.readSnapshotPart(this.#room.id, snapshot, offset);
    this.#snapshotOffset += chunk.length;
    return frame({ event: 'snapshot-part', message: { cursor, total, offset, chunk } });
  }

  async #readPart(large: LargeEntry): Promise<StreamFrame> {
    const { seq, total, offset } = large;
    const chunk = await this.#store.readPart(this.#room.id, seq, offset);
    large.offset += chunk.length;
    if (large.offset >= total) {
      this.#large = undefined;
      this.#advance(seq, 1);
    }
    return frame({ event: 'part', message: { seq, total, offset, chunk } });
  }

  #advance(seq: number, count: number): void {
    if (this.#kept.length > 0) this.#kept.splice(0, count);
    else this.#position = seq;
  }

  get #isBeforeLog(): boolean {
    return this.#kept.length > 0 || this.#snapshotOffset < (this.#snapshot?.bytes ?? 0);
  }
}

/** The last of the consecutive seqs that a list begins with. */
function endOfRun(seqs: readonly number[]): number {
  let [last = 0] = seqs;
  for (const seq of seqs.slice(1)) {
    if (seq !== last + 1) break;
    last = seq;
  }
  return last;
}

function frame(sent: RelayMessage & { readonly event: StreamFrame['event'] }): StreamFrame {
  return { event: sent.event, payload: encodeRelayMessage(sent) };
}
