import type { RoomId } from '../protocol/ids.ts';
import { sha256 } from './entry-hash.ts';
import type { EntryRecord } from './entry-record.ts';
import * as record from './entry-record.ts';
import type { LargeEntries, Placement } from './large-entries.ts';
import { readEntries, readEntry, readRoom, storeErrorOf } from './level-database.ts';
import type { LogPosition, LogSlice, LogStore, NewEntry, RecentEntry } from './log-store.ts';
import { entryOverheadBytes, StoreError } from './log-store.ts';
import type { ReopeningDatabase } from './reopening-database.ts';
import type { SpaceFloor } from './space-floor.ts';
import type { SyncTurns } from './sync-turns.ts';

/** The entries of a LevelDB store: records in the database, the bytes of large ones in files. */
export class LevelEntries
  implements Pick<LogStore, 'append' | 'place' | 'position' | 'read' | 'readPart' | 'recent'>
{
  readonly #database: ReopeningDatabase;
  readonly #large: LargeEntries;
  readonly #space: SpaceFloor;
  readonly #syncs: SyncTurns;
  #settling: Promise<void> = Promise.resolve();

  constructor(database: ReopeningDatabase, large: LargeEntries, space: SpaceFloor, syncs: SyncTurns) {
    this.#database = database;
    this.#large = large;
    this.#space = space;
    this.#syncs = syncs;
  }

  async place(entry: Omit<NewEntry, 'mark' | 'logBytes'>): Promise<void> {
    if (entry.body.type === 'inline') return;
    try {
      await this.#syncs.take(() => this.#large.place(entry));
    } catch (error) {
      throw storeErrorOf(error);
    }
  }

  async append(entries: readonly NewEntry[]): Promise<void> {
    await this.#database.write(async (database) => {
      await this.#space.check(inlineBytesOf(entries));
      const placements: Placement[] = [];
      const operations: { type: 'put'; key: Uint8Array; value: Uint8Array }[] = [];
      for (const entry of entries) {
        const { roomId, seq, mark, logBytes } = entry;
        const key = record.entryKey(roomId, seq);
        let body: EntryRecord['body'];
        if (entry.body.type === 'inline') {
          body = entry.body;
        } else {
          const placed = await this.#large.take(entry);
          placements.push(placed.placement);
          body = { type: 'file', ...placed.file };
        }
        operations.push({ type: 'put', key, value: record.encodeEntry(key, { mark, logBytes, body }) });
      }
      await database.batch(operations, { sync: true });
      this.#settle(placements);
    });
  }

  /** Resolves when nothing is noted any more of what was committed. */
  async settled(): Promise<void> {
    await this.#settling;
  }

  /** Nobody waits for it: what a crash leaves of these notes is settled by the next opening. */
  #settle(placements: readonly Placement[]): void {
    for (const placement of placements)
      this.#settling = this.#settling.then(() => this.#large.settle(placement, true)).catch(() => {});
  }

  async position(roomId: RoomId, seq: number): Promise<LogPosition | undefined> {
    return await this.#database.read(async (database) => {
      if (seq > 0) return await readEntry(database, roomId, seq);
      const room = await readRoom(database, roomId);
      return room === undefined ? undefined : { mark: room.firstMark, logBytes: 0 };
    });
  }

  async read(roomId: RoomId, afterSeq: number, lastSeq: number, maxBytes: number): Promise<LogSlice> {
    return await this.#database.read(async (database) => {
      const found: Uint8Array[] = [];
      let size = 0;
      for await (const { key, value } of readEntries(database, roomId, { gte: afterSeq + 1, lte: lastSeq })) {
        const seq = record.seqOfKey(key);
        // A gap would make readers count wrong: what comes after it is not sent.
        if (seq !== afterSeq + 1 + found.length) break;
        const { body } = record.decodeEntry(key, value);
        if (body.type === 'file') {
          if (found.length === 0) return { type: 'large', seq, total: body.total };
          break;
        }
        size += body.bytes.length + entryOverheadBytes;
        if (found.length > 0 && size > maxBytes) break;
        found.push(body.bytes);
        if (size >= maxBytes) break;
      }
      return found.length === 0
        ? { type: 'end' }
        : { type: 'entries', firstSeq: afterSeq + 1, entries: found };
    });
  }

  async readPart(roomId: RoomId, seq: number, offset: number, maxBytes?: number): Promise<Uint8Array> {
    return await this.#database.read(async (database) => {
      const entry = await readEntry(database, roomId, seq);
      if (entry?.body.type !== 'file')
        throw new StoreError('damaged', `Entry ${seq} of room ${roomId} has no file.`);
      return await this.#large.readBlocks({ roomId, seq, file: entry.body, offset, maxBytes });
    });
  }

  async recent(roomId: RoomId, count: number): Promise<readonly RecentEntry[]> {
    return await this.#database.read(async (database) => {
      const recent: RecentEntry[] = [];
      for await (const { key, value } of readEntries(database, roomId, { reverse: true, limit: count })) {
        const body = record.tryDecodeEntry(key, value)?.body;
        // A damaged entry equals none that could be appended.
        if (body === undefined) continue;
        const digest = body.type === 'inline' ? sha256(body.bytes) : body.digest;
        recent.push({ seq: record.seqOfKey(key), digest });
      }
      return recent;
    });
  }
}

/** Bytes that a write of these adds besides files, which were counted as they came. */
function inlineBytesOf(entries: readonly NewEntry[]): number {
  return entries.reduce((sum, { body }) => sum + (body.type === 'inline' ? body.bytes.length : 0), 0);
}
