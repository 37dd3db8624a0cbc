import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RoomId } from '../protocol/ids.ts';
import { idBytes } from '../protocol/ids.ts';
import { limits } from '../protocol/limits.ts';
import { systemClock } from './clock.ts';
import { sha256 } from './entry-hash.ts';
import type { EntryRecord } from './entry-record.ts';
import * as record from './entry-record.ts';
import { FreeSpace } from './free-space.ts';
import type { Placement } from './large-entries.ts';
import { LargeEntries } from './large-entries.ts';
import type { Database } from './level-database.ts';
import { isDiskFull, openDatabase, readEntries, readEntry, readRoom } from './level-database.ts';
import { checkFormat, openPrepared, settlePlacements } from './level-opening.ts';
import { DatabaseRepairs } from './level-repair.ts';
import { LevelSnapshots, settleSnapshots } from './level-snapshots.ts';
import type {
  InTurn,
  LogPosition,
  LogSlice,
  LogStore,
  NewEntry,
  RecentEntry,
  RoomDamage,
  RoomRecord,
  Spool,
} from './log-store.ts';
import { entryOverheadBytes, StoreError } from './log-store.ts';
import { Quarantine } from './quarantine.ts';
import { ReopeningDatabase } from './reopening-database.ts';
import { repairRoom } from './room-repair.ts';
import type { NewSnapshot, SnapshotInfo, TrimPlan } from './snapshot-store.ts';
import { reserveBytes, SpaceReserve } from './space-reserve.ts';
import type { SpoolMeans } from './spool-file.ts';
import { StoreRepairs } from './store-repairs.ts';

/** Appends are refused while less than this is free, so that the disk never fills (in bytes). */
export const defaultFloorBytes = 64 * 1024 * 1024;

/** How a LevelDB store is opened. Tests pass `openDatabase` to make writes fail, and `remove` to make removing a spool fail. */
export interface LevelLogStoreOptions {
  readonly folder: string;
  readonly floorBytes?: number | undefined;
  readonly openDatabase?: (location: string) => Promise<Database>;
  readonly remove?: (path: string) => Promise<void>;
  /** A line for the operator. */
  readonly warn?: (line: string) => void;
}

/** Logs in LevelDB, large entries as files, in one folder that one process opens at a time. */
export class LevelLogStore implements LogStore {
  readonly #folder: string;
  readonly #floorBytes: number;
  readonly #database: ReopeningDatabase;
  readonly #large: LargeEntries;
  readonly #snapshots: LevelSnapshots;
  readonly #spoolMeans: SpoolMeans;
  readonly #reserve: SpaceReserve;
  readonly #space: FreeSpace;
  readonly #repairs: StoreRepairs;

  private constructor(
    options: LevelLogStoreOptions,
    database: ReopeningDatabase,
    large: LargeEntries,
    snapshotFiles: LargeEntries,
    reserve: SpaceReserve,
  ) {
    this.#reserve = reserve;
    this.#space = new FreeSpace(options.folder, () => systemClock.now());
    this.#folder = options.folder;
    this.#floorBytes = options.floorBytes ?? defaultFloorBytes;
    this.#spoolMeans = {
      checkSpace: () => this.#checkSpace(),
      remove: options.remove,
      warn: options.warn,
    };
    this.#database = database;
    this.#large = large;
    const quarantine = new Quarantine(options.folder, () => systemClock.epochMs());
    const means = { large, snapshotFiles, quarantine, newFirstMark };
    this.#repairs = new StoreRepairs(
      database,
      (opened, roomId) => repairRoom({ ...means, database: opened }, roomId),
      () => this.#checkSpace(),
    );
    this.#snapshots = new LevelSnapshots(database, large, snapshotFiles, this.#repairs);
  }

  /** Opens or makes the store; throws `locked` when another process has it and `newer-format` when it is from the future. */
  static async open(options: LevelLogStoreOptions): Promise<LevelLogStore> {
    const { folder } = options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const location = join(folder, 'log');
    const repairs = new DatabaseRepairs(location, () => systemClock.epochMs(), options.warn);
    const repair = () => repairs.repair();
    const open = async () => {
      await repairs.prepare();
      const once = () => (options.openDatabase ?? openDatabase)(location);
      return await once().catch(async (error: unknown) => {
        if (!isDiskFull(error)) throw error;
        await reserve.give();
        return await once();
      });
    };
    const reserve = new SpaceReserve(folder);
    const large = new LargeEntries(folder);
    const snapshotFiles = new LargeEntries(folder, 'snapshots');
    const onReopened = async (database: Database) => {
      await settlePlacements(database, large);
      await settleSnapshots(database, snapshotFiles);
    };
    const database = await openPrepared({
      open,
      repair,
      prepare: async (opened) => {
        await checkFormat(opened, folder);
        await large.open();
        await snapshotFiles.open();
        await onReopened(opened);
      },
    });
    const reopening = new ReopeningDatabase({ database, open, repair, onReopened });
    const store = new LevelLogStore(options, reopening, large, snapshotFiles, reserve);
    await store.#checkSpace().catch(() => {});
    return store;
  }

  async room(roomId: RoomId): Promise<RoomRecord | undefined> {
    return await this.#database.read((database) => readRoom(database, roomId));
  }

  async createRoom(roomId: RoomId, firstMark: Uint8Array): Promise<RoomRecord> {
    return await this.#database.write(async (database) => {
      const known = await readRoom(database, roomId);
      if (known !== undefined) return known;
      await this.#checkSpace();
      const key = record.roomKey(roomId);
      const value = record.encodeRoom(key, { firstMark, rewriteFrom: undefined });
      await database.put(key, value, { sync: true });
      return {
        firstMark: new Uint8Array(firstMark),
        head: { seq: 0, mark: new Uint8Array(firstMark) },
        logBytes: 0,
        snapshot: undefined,
        previousSnapshot: undefined,
        floorSeq: 0,
      };
    });
  }

  async append(entries: readonly NewEntry[]): Promise<void> {
    await this.#database.write(async (database) => {
      await this.#checkSpace(inlineBytesOf(entries));
      const placements: Placement[] = [];
      const operations: { type: 'put'; key: Uint8Array; value: Uint8Array }[] = [];
      for (const entry of entries) {
        const { roomId, seq, mark, logBytes } = entry;
        const key = record.entryKey(roomId, seq);
        let body: EntryRecord['body'];
        if (entry.body.type === 'inline') {
          body = entry.body;
        } else {
          const placed = await this.#large.place(entry);
          placements.push(placed.placement);
          body = { type: 'file', ...placed.file };
        }
        operations.push({ type: 'put', key, value: record.encodeEntry(key, { mark, logBytes, body }) });
      }
      await database.batch(operations, { sync: true });
      for (const placement of placements) await this.#large.settle(placement, true);
    });
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

  commitSnapshot(snapshot: NewSnapshot): Promise<SnapshotInfo | undefined> {
    return this.#snapshots.commitSnapshot(snapshot);
  }

  snapshots(roomId: RoomId): Promise<readonly SnapshotInfo[]> {
    return this.#snapshots.snapshots(roomId);
  }

  snapshot(roomId: RoomId, seq: number): Promise<SnapshotInfo | undefined> {
    return this.#snapshots.snapshot(roomId, seq);
  }

  readSnapshotPart(
    roomId: RoomId,
    snapshot: SnapshotInfo,
    offset: number,
    maxBytes?: number,
  ): Promise<Uint8Array> {
    return this.#snapshots.readSnapshotPart(roomId, snapshot, offset, maxBytes);
  }

  trim(roomId: RoomId, plan: TrimPlan): Promise<void> {
    return this.#snapshots.trim(roomId, plan);
  }

  repair(roomId: RoomId, inTurn: InTurn = (step) => step()): Promise<RoomDamage | undefined> {
    return this.#repairs.repair(roomId, inTurn);
  }

  async openSpool(): Promise<Spool> {
    return await this.#large.openSpool(this.#spoolMeans);
  }

  async close(): Promise<void> {
    await this.#database.close();
  }

  async #checkSpace(bytes = limits.chunkBytes): Promise<void> {
    if (this.#floorBytes === 0) return;
    const freeBytes = await this.#space.beforeWriting(bytes, this.#floorBytes);
    if (this.#reserve.isMissing && freeBytes >= this.#floorBytes + reserveBytes) await this.#reserve.keep();
    if (freeBytes < this.#floorBytes || this.#reserve.isGiven) {
      throw new StoreError('disk-full', `Less than ${this.#floorBytes} bytes are free in ${this.#folder}.`);
    }
  }
}

/** Bytes that a write of these adds besides files, which were counted as they came. */
function inlineBytesOf(entries: readonly NewEntry[]): number {
  return entries.reduce((sum, { body }) => sum + (body.type === 'inline' ? body.bytes.length : 0), 0);
}

function newFirstMark(): Uint8Array {
  return new Uint8Array(randomBytes(idBytes));
}
