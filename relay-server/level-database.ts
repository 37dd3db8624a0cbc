import { ClassicLevel } from 'classic-level';
import type { RoomId } from '../protocol/ids.ts';
import { limits } from '../protocol/limits.ts';
import type { EntryRecord } from './entry-record.ts';
import { decodeEntry, decodeRoom, entryKey, isEntryKeyOf, roomKey, seqOfKey } from './entry-record.ts';
import type { NewestSnapshots, RoomRecord } from './log-store.ts';
import { StoreError } from './log-store.ts';
import type { SnapshotRecord } from './snapshot-record.ts';
import { decodeFloor, floorKey, isSnapshotKeyOf, snapshotKey, tryDecodeSnapshot } from './snapshot-record.ts';

/** LevelDB with bytes as keys and values. */
export type Database = ClassicLevel<Uint8Array, Uint8Array>;

/**
 * The least that LevelDB takes: it maps each file of 2 MiB that it holds open into memory, and the default of 1,000 would let
 * stored documents that were looked into show as 2 GiB (guarantee G7).
 */
const openFiles = 74;

/** Opens LevelDB as the store uses it; no compression, since what is sealed does not shrink. Throws `StoreError`. */
export async function openDatabase(location: string): Promise<Database> {
  const database: Database = new ClassicLevel(location, {
    keyEncoding: 'view',
    valueEncoding: 'view',
    compression: false,
    maxOpenFiles: openFiles,
  });
  try {
    await database.open();
  } catch (error) {
    if (isLockedError(error)) {
      throw new StoreError('locked', `Another relay is using the data in ${location}.`, error);
    }
    throw new StoreError(
      'store-failed',
      `The data in ${location} does not open: ${messageOf(causeOf(error) ?? error)}`,
      error,
    );
  }
  return database;
}

/** Which of a room's records to read, by seq; all of them in their order where nothing is said. */
export interface KeyRange {
  readonly gte?: number;
  readonly lte?: number;
  readonly reverse?: boolean;
  readonly limit?: number;
}

/** The room's record and, from its last entry, its head. Throws `damaged`, also while a repair of the room is not finished. */
export async function readRoom(database: Database, roomId: RoomId): Promise<RoomRecord | undefined> {
  const key = roomKey(roomId);
  const value = await database.get(key);
  const head = value === undefined ? undefined : decodeRoom(key, plain(value));
  const snapshots = await readNewestSnapshots(database, roomId);
  for await (const last of readEntries(database, roomId, { reverse: true, limit: 1 })) {
    if (head === undefined) throw new StoreError('damaged', `Room ${roomId} has entries and no record.`);
    if (head.rewriteFrom !== undefined)
      throw new StoreError('damaged', `The repair of room ${roomId} is not finished.`);
    const { mark, logBytes } = decodeEntry(last.key, last.value);
    return { firstMark: head.firstMark, head: { seq: seqOfKey(last.key), mark }, logBytes, ...snapshots };
  }
  if (head === undefined) return undefined;
  return { firstMark: head.firstMark, head: { seq: 0, mark: head.firstMark }, logBytes: 0, ...snapshots };
}

/** The newest two snapshots. Throws `damaged` where a record is, or where none is left of those that replaced entries. */
async function readNewestSnapshots(database: Database, roomId: RoomId): Promise<NewestSnapshots> {
  const found: SnapshotRecord[] = [];
  for await (const { record } of readSnapshotValues(database, roomId, { reverse: true })) {
    if (record === undefined)
      throw new StoreError('damaged', `The record of a snapshot of room ${roomId} is damaged.`);
    if (found.push(record) === 2) break;
  }
  const [newest, previous] = found;
  const floorSeq = await readFloor(database, roomId, newest);
  if ((newest?.info.cursor.seq ?? 0) < floorSeq)
    throw new StoreError('damaged', `The snapshots of room ${roomId} are missing.`);
  return { snapshot: newest?.info, previousSnapshot: previous?.info, floorSeq };
}

/** The seq before which entries may have been trimmed; where that is damaged, of the newest snapshot, from which on none was. */
export async function readFloor(
  database: Database,
  roomId: RoomId,
  newest: SnapshotRecord | undefined,
): Promise<number> {
  const key = floorKey(roomId);
  const value = await database.get(key);
  if (value === undefined) return 0;
  return decodeFloor(key, plain(value)) ?? newest?.info.cursor.seq ?? 0;
}

/** One entry's record, checked. */
export async function readEntry(
  database: Database,
  roomId: RoomId,
  seq: number,
): Promise<EntryRecord | undefined> {
  const key = entryKey(roomId, seq);
  const value = await database.get(key);
  return value === undefined ? undefined : decodeEntry(key, plain(value));
}

/** A room's snapshots whose records are not damaged, in the order of seq or in reverse. */
export async function readSnapshots(
  database: Database,
  roomId: RoomId,
  range: KeyRange,
): Promise<SnapshotRecord[]> {
  const found: SnapshotRecord[] = [];
  for await (const { record } of readSnapshotValues(database, roomId, range)) {
    if (record !== undefined) found.push(record);
    if (found.length === range.limit) break;
  }
  return found;
}

/** Keys and values of a room's snapshots, in the order of seq or in reverse, without a record where that is damaged. */
export async function* readSnapshotValues(
  database: Database,
  roomId: RoomId,
  range: Omit<KeyRange, 'limit'>,
): AsyncGenerator<{ key: Uint8Array; value: Uint8Array; record: SnapshotRecord | undefined }> {
  const values = database.iterator({
    gte: snapshotKey(roomId, range.gte ?? 1),
    lte: snapshotKey(roomId, range.lte ?? Number.MAX_SAFE_INTEGER),
    reverse: range.reverse ?? false,
    highWaterMarkBytes: limits.chunkBytes,
  });
  for await (const [key, value] of values) {
    if (!isSnapshotKeyOf(key, roomId))
      throw damagedKey(`A key of the snapshots of room ${roomId} is damaged.`);
    yield { key, value: plain(value), record: tryDecodeSnapshot(key, plain(value)) };
  }
}

/** Entries of next to nothing that a block of `limits.chunkBytes` holds. */
const mostAtOnce = 1000;

/** Keys and values of a room's entries, not checked, in the order of seq or in reverse; about one frame of them in memory. */
export async function* readEntries(
  database: Database,
  roomId: RoomId,
  range: KeyRange,
): AsyncGenerator<{ key: Uint8Array; value: Uint8Array }> {
  const entries = database.iterator({
    gte: entryKey(roomId, range.gte ?? 1),
    lte: entryKey(roomId, range.lte ?? Number.MAX_SAFE_INTEGER),
    reverse: range.reverse ?? false,
    limit: range.limit ?? -1,
    highWaterMarkBytes: limits.chunkBytes,
  });
  try {
    // Often one is wanted; of more, asking for each by itself takes longer than reading it.
    for (let most = 1; ; most = mostAtOnce) {
      const run = await entries.nextv(most);
      if (run.length === 0) return;
      for (const [key, value] of run) {
        if (!isEntryKeyOf(key, roomId)) throw damagedKey(`A key in the log of room ${roomId} is damaged.`);
        yield { key, value: plain(value) };
      }
    }
  } finally {
    await entries.close();
  }
}

/** A key that nobody asked for came out of a block that LevelDB takes for good. */
function damagedKey(message: string): StoreError {
  return new StoreError('damaged', message, Object.assign(new Error(message), { code: 'LEVEL_CORRUPTION' }));
}

/** LevelDB hands out Buffers, whose `slice` copies nothing: what is kept of a record would keep all of it. */
function plain(value: Uint8Array): Uint8Array {
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

/** Any error of a read or write as one of the store's; a full disk is told from other failures. */
export function storeErrorOf(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  if (isCorruption(error))
    return new StoreError('damaged', `The database is damaged: ${messageOf(error)}`, error);
  const full = isDiskFull(error);
  const code = full ? 'disk-full' : 'store-failed';
  return new StoreError(code, full ? 'The disk is full.' : `The store failed: ${messageOf(error)}`, error);
}

/** Whether an error, or what it comes from, says that there is no room on the disk. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return codeOf(error) === 'ENOSPC' || /no space left/iu.test(error.message) || isDiskFull(error.cause);
}

/** Whether LevelDB says that a file of its own is damaged. That a table is short or not there, it says in the system's words. */
export function isCorruption(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (/\.(?:ldb|sst): (?:Invalid argument|No such file)/u.test(error.message)) return true;
  return codeOf(error) === 'LEVEL_CORRUPTION' || isCorruption(error.cause);
}

/** Whether LevelDB does not open since another process has it open. */
export function isLockedError(error: unknown): boolean {
  return codeOf(causeOf(error)) === 'LEVEL_LOCKED';
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}
