import { concat } from '../protocol/codec.ts';
import type { RoomId } from '../protocol/ids.ts';
import { sameBytes } from '../protocol/ids.ts';
import { limits } from '../protocol/limits.ts';
import { sha256 } from './entry-hash.ts';
import type {
  LogSlice,
  LogStore,
  NewEntry,
  NewestSnapshots,
  RecentEntry,
  RoomRecord,
  Spool,
} from './log-store.ts';
import { entryOverheadBytes, StoreError } from './log-store.ts';
import type { NewSnapshot, SnapshotInfo, TrimPlan } from './snapshot-store.ts';
import { ascending, holds, keptFrom, wholeFrom } from './snapshot-store.ts';

interface StoredEntry {
  readonly mark: Uint8Array;
  readonly logBytes: number;
  readonly bytes: Uint8Array;
}

interface StoredRoom {
  readonly firstMark: Uint8Array;
  /** By seq, in the order of seq. */
  readonly entries: Map<number, StoredEntry>;
  /** By seq, in the order of seq. */
  readonly snapshots: Map<number, StoredSnapshot>;
  headSeq: number;
  floorSeq: number;
}

interface StoredSnapshot {
  readonly info: SnapshotInfo;
  readonly bytes: Uint8Array;
}

/** A log store for tests: keeps everything in memory, and fails when told to. Behaves as the contract suite says. */
export class MemoryLogStore implements LogStore {
  readonly #rooms = new Map<RoomId, StoredRoom>();
  readonly #failures: StoreError[] = [];

  /** A copy of all of it, as a backup is; later writes change one of the two only. */
  copy(): MemoryLogStore {
    const copied = new MemoryLogStore();
    for (const [roomId, room] of this.#rooms) {
      const { entries, snapshots } = room;
      copied.#rooms.set(roomId, { ...room, entries: new Map(entries), snapshots: new Map(snapshots) });
    }
    return copied;
  }

  /** The next write throws this instead of storing anything. */
  failNextWrite(error: StoreError): void {
    this.#failures.push(error);
  }

  async room(roomId: RoomId): Promise<RoomRecord | undefined> {
    const stored = this.#rooms.get(roomId);
    return stored === undefined ? undefined : recordOf(stored);
  }

  async createRoom(roomId: RoomId, firstMark: Uint8Array): Promise<RoomRecord> {
    this.#failWhenTold();
    const stored = this.#rooms.get(roomId) ?? {
      firstMark: new Uint8Array(firstMark),
      entries: new Map(),
      snapshots: new Map(),
      headSeq: 0,
      floorSeq: 0,
    };
    this.#rooms.set(roomId, stored);
    return recordOf(stored);
  }

  async place(_entry: Omit<NewEntry, 'mark' | 'logBytes'>): Promise<void> {}

  async append(entries: readonly NewEntry[]): Promise<void> {
    this.#failWhenTold();
    for (const { roomId, seq, mark, logBytes, body } of entries) {
      const stored = this.#rooms.get(roomId);
      if (stored === undefined || seq !== stored.headSeq + 1)
        throw new Error(`entry ${seq} does not follow the head`);
      const bytes = body.type === 'inline' ? new Uint8Array(body.bytes) : await contentOf(body.spool);
      stored.entries.set(seq, { mark: new Uint8Array(mark), logBytes, bytes });
      stored.headSeq = seq;
    }
  }

  async position(roomId: RoomId, seq: number): Promise<{ mark: Uint8Array; logBytes: number } | undefined> {
    const stored = this.#rooms.get(roomId);
    return seq === 0 && stored !== undefined
      ? { mark: stored.firstMark, logBytes: 0 }
      : stored?.entries.get(seq);
  }

  async read(roomId: RoomId, afterSeq: number, lastSeq: number, maxBytes: number): Promise<LogSlice> {
    const found: Uint8Array[] = [];
    let size = 0;
    const entries = this.#rooms.get(roomId)?.entries;
    for (let seq = afterSeq + 1; seq <= lastSeq; seq++) {
      const bytes = entries?.get(seq)?.bytes;
      if (bytes === undefined) break;
      if (bytes.length > limits.inlineEntryBytes) {
        if (found.length > 0) break;
        return { type: 'large', seq, total: bytes.length };
      }
      size += bytes.length + entryOverheadBytes;
      if (found.length > 0 && size > maxBytes) break;
      found.push(bytes);
    }
    return found.length === 0 ? { type: 'end' } : { type: 'entries', firstSeq: afterSeq + 1, entries: found };
  }

  async readPart(
    roomId: RoomId,
    seq: number,
    offset: number,
    maxBytes = limits.chunkBytes,
  ): Promise<Uint8Array> {
    const entry = this.#rooms.get(roomId)?.entries.get(seq);
    if (entry === undefined) throw new StoreError('damaged', `There is no entry ${seq} in room ${roomId}.`);
    return entry.bytes.subarray(offset, offset + maxBytes);
  }

  async recent(roomId: RoomId, count: number): Promise<readonly RecentEntry[]> {
    const entries = this.#rooms.get(roomId)?.entries ?? [];
    return [...entries]
      .slice(-count)
      .map(([seq, { bytes }]) => ({ seq, digest: sha256(bytes) }))
      .reverse();
  }

  async commitSnapshot(snapshot: NewSnapshot): Promise<SnapshotInfo | undefined> {
    this.#failWhenTold();
    const { roomId, cursor, previousSeq, createdMs, unopened, digest, spool } = snapshot;
    const bytes = await contentOf(spool);
    // Nothing is awaited from here on: the comparison and the commit are one step.
    const stored = this.#rooms.get(roomId);
    const entry = stored?.entries.get(cursor.seq);
    if (stored === undefined || entry === undefined || !sameBytes(entry.mark, cursor.mark)) return undefined;
    const known = newestOf(stored);
    const newest = known.snapshot;
    if ((newest?.cursor.seq ?? 0) !== previousSeq || cursor.seq < previousSeq) return undefined;
    const hasBytes = (seq: number) => (stored.entries.get(seq)?.bytes.length ?? 0) > 0;
    if (newest !== undefined && unopened.some((seq) => holds(newest, seq) && !hasBytes(seq)))
      return undefined;
    const kept = ascending(unopened).filter((seq) => seq <= cursor.seq && stored.entries.has(seq));
    if (keptFrom({ kept }) < wholeFrom(known)) return undefined;
    const info = { cursor, logBytes: entry.logBytes, createdMs, kept, digest, bytes: bytes.length };
    if (cursor.seq !== previousSeq) stored.floorSeq = previousSeq;
    stored.snapshots.set(cursor.seq, { info, bytes });
    return info;
  }

  async snapshots(roomId: RoomId): Promise<readonly SnapshotInfo[]> {
    return [...(this.#rooms.get(roomId)?.snapshots.values() ?? [])].map(({ info }) => info);
  }

  async snapshot(roomId: RoomId, seq: number): Promise<SnapshotInfo | undefined> {
    return this.#rooms.get(roomId)?.snapshots.get(seq)?.info;
  }

  async readSnapshotPart(
    roomId: RoomId,
    { cursor, digest }: SnapshotInfo,
    offset: number,
    maxBytes = limits.chunkBytes,
  ): Promise<Uint8Array> {
    const found = this.#rooms.get(roomId)?.snapshots.get(cursor.seq);
    if (found === undefined || !sameBytes(found.info.digest, digest))
      throw new StoreError('damaged', `The snapshot at ${cursor.seq} of room ${roomId} is not there.`);
    return found.bytes.subarray(offset, offset + maxBytes);
  }

  async trim(roomId: RoomId, { beforeSeq, keep, dropSnapshots }: TrimPlan): Promise<void> {
    this.#failWhenTold();
    const stored = this.#rooms.get(roomId);
    if (stored === undefined) return;
    for (const seq of stored.entries.keys())
      if (seq < beforeSeq && !keep.includes(seq)) stored.entries.delete(seq);
    for (const seq of dropSnapshots) stored.snapshots.delete(seq);
  }

  async repair(): Promise<undefined> {}

  async openSpool(): Promise<Spool> {
    return new MemorySpool();
  }

  async close(): Promise<void> {}

  #failWhenTold(): void {
    const failure = this.#failures.shift();
    if (failure !== undefined) throw failure;
  }
}

class MemorySpool implements Spool {
  #content: Uint8Array = new Uint8Array();

  get bytes(): number {
    return this.#content.length;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#content = concat(this.#content, chunk);
  }

  async finish(): Promise<void> {}

  async *blocks(): AsyncIterable<Uint8Array> {
    for (let at = 0; at < this.#content.length; at += limits.chunkBytes) {
      yield this.#content.subarray(at, at + limits.chunkBytes);
    }
  }

  async discard(): Promise<void> {
    this.#content = new Uint8Array();
  }
}

async function contentOf(spool: Spool): Promise<Uint8Array> {
  const blocks: Uint8Array[] = [];
  for await (const block of spool.blocks()) blocks.push(new Uint8Array(block));
  return concat(...blocks);
}

function recordOf(stored: StoredRoom): RoomRecord {
  const { firstMark, entries, headSeq } = stored;
  const last = entries.get(headSeq);
  return {
    firstMark,
    head: { seq: headSeq, mark: last?.mark ?? firstMark },
    logBytes: last?.logBytes ?? 0,
    ...newestOf(stored),
  };
}

function newestOf({ snapshots, floorSeq }: StoredRoom): NewestSnapshots {
  const [previous, newest] = [undefined, undefined, ...snapshots.values()].slice(-2);
  return { snapshot: newest?.info, previousSnapshot: previous?.info, floorSeq };
}
