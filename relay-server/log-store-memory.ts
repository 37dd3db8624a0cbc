import { createHash } from 'node:crypto';
import { concat } from '../protocol/codec.ts';
import type { RoomId } from '../protocol/ids.ts';
import { limits } from '../protocol/limits.ts';
import type { LogSlice, LogStore, NewEntry, RecentEntry, RoomRecord, Spool } from './log-store.ts';
import { entryOverheadBytes, StoreError } from './log-store.ts';

interface StoredEntry {
  readonly mark: Uint8Array;
  readonly logBytes: number;
  readonly bytes: Uint8Array;
}

interface StoredRoom {
  readonly firstMark: Uint8Array;
  readonly entries: StoredEntry[];
}

/** A log store for tests: keeps everything in memory, and fails when told to. Behaves as the contract suite says. */
export class MemoryLogStore implements LogStore {
  readonly #rooms = new Map<RoomId, StoredRoom>();
  readonly #failures: StoreError[] = [];

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
    const stored = this.#rooms.get(roomId) ?? { firstMark: new Uint8Array(firstMark), entries: [] };
    this.#rooms.set(roomId, stored);
    return recordOf(stored);
  }

  async append(entries: readonly NewEntry[]): Promise<void> {
    this.#failWhenTold();
    for (const { roomId, seq, mark, logBytes, body } of entries) {
      const stored = this.#rooms.get(roomId);
      if (stored === undefined || seq !== stored.entries.length + 1)
        throw new Error(`entry ${seq} does not follow the head`);
      const bytes = body.type === 'inline' ? new Uint8Array(body.bytes) : await contentOf(body.spool);
      stored.entries.push({ mark: new Uint8Array(mark), logBytes, bytes });
    }
  }

  async position(roomId: RoomId, seq: number): Promise<{ mark: Uint8Array; logBytes: number } | undefined> {
    const stored = this.#rooms.get(roomId);
    return seq === 0 && stored !== undefined
      ? { mark: stored.firstMark, logBytes: 0 }
      : stored?.entries[seq - 1];
  }

  async read(roomId: RoomId, afterSeq: number, lastSeq: number, maxBytes: number): Promise<LogSlice> {
    const found: Uint8Array[] = [];
    let size = 0;
    for (const { bytes } of this.#rooms.get(roomId)?.entries.slice(afterSeq, lastSeq) ?? []) {
      if (bytes.length > limits.inlineEntryBytes) {
        if (found.length > 0) break;
        return { type: 'large', seq: afterSeq + 1, total: bytes.length };
      }
      size += bytes.length + entryOverheadBytes;
      if (found.length > 0 && size > maxBytes) break;
      found.push(bytes);
    }
    return found.length === 0 ? { type: 'end' } : { type: 'entries', firstSeq: afterSeq + 1, entries: found };
  }

  async readPart(roomId: RoomId, seq: number, offset: number): Promise<Uint8Array> {
    const entry = this.#rooms.get(roomId)?.entries[seq - 1];
    if (entry === undefined) throw new StoreError('damaged', `There is no entry ${seq} in room ${roomId}.`);
    return entry.bytes.subarray(offset, offset + limits.chunkBytes);
  }

  async recent(roomId: RoomId, count: number): Promise<readonly RecentEntry[]> {
    const entries = this.#rooms.get(roomId)?.entries ?? [];
    const last = entries.slice(Math.max(0, entries.length - count));
    return last
      .map(({ bytes }, i) => ({
        seq: entries.length - last.length + i + 1,
        digest: createHash('sha256').update(bytes).digest(),
      }))
      .reverse();
  }

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

function recordOf({ firstMark, entries }: StoredRoom): RoomRecord {
  const last = entries.at(-1);
  return {
    firstMark,
    head: { seq: entries.length, mark: last?.mark ?? firstMark },
    logBytes: last?.logBytes ?? 0,
  };
}
