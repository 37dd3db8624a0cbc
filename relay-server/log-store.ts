import type { Cursor, RoomId } from '../protocol/ids.ts';
import type { SnapshotInfo, SnapshotStore } from './snapshot-store.ts';

/** Why a store could not do what it was asked: `disk-full` and `store-failed` may pass, the others need a person. */
export type StoreErrorCode = 'disk-full' | 'store-failed' | 'damaged' | 'locked' | 'newer-format';

/** The only error a log store throws on purpose; its message is a sentence for the operator. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'StoreError';
    this.code = code;
  }
}

/** Whether a store threw this because what it holds is damaged: `LogStore.repair` is for that. */
export function isDamage(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'damaged';
}

/** What a store knows of a room without reading its log. `logBytes` is the sum of the sizes of all its entries, with those that are gone. */
export interface RoomRecord {
  /** `mark(0)`, drawn when the room was made (rule L2). */
  readonly firstMark: Uint8Array;
  readonly head: Cursor;
  readonly logBytes: number;
  /** The newest snapshot. */
  readonly snapshot: SnapshotInfo | undefined;
  /** The one before. */
  readonly previousSnapshot: SnapshotInfo | undefined;
  /** The log has every entry from this seq on, all where it is 0 (rule C5). Also where a snapshot was lost. */
  readonly floorSeq: number;
}

/** What a room's record says of its snapshots. */
export type NewestSnapshots = Pick<RoomRecord, 'snapshot' | 'previousSnapshot' | 'floorSeq'>;

/** A position in a log: the mark after it and the bytes of all entries up to it. */
export interface LogPosition {
  readonly mark: Uint8Array;
  readonly logBytes: number;
}

/** A large entry or snapshot on its way to disk: bytes come in order, and nobody sees it until a record refers to it. */
export interface Spool {
  /** Bytes written so far. */
  readonly bytes: number;
  /** Appends a chunk; throws `StoreError` when the disk is full or fails. */
  write(chunk: Uint8Array): Promise<void>;
  /** Puts all of it on disk; nothing is written after this. */
  finish(): Promise<void>;
  /** The content from its start, in blocks of `limits.chunkBytes`; only after `finish`. */
  blocks(): AsyncIterable<Uint8Array>;
  /** Forgets it and frees its space, at the latest at the next start. Does nothing after an `append` has taken it. Never rejects. */
  discard(): Promise<void>;
}

/** Where an entry's bytes are when it is appended: in memory, or spooled when it is over `limits.inlineEntryBytes`. */
export type EntryBody =
  | { readonly type: 'inline'; readonly bytes: Uint8Array }
  | { readonly type: 'spooled'; readonly spool: Spool };

/** An entry with its place in the log. The caller guarantees that `seq` follows the room's head and that `mark` fits. */
export interface NewEntry {
  readonly roomId: RoomId;
  readonly seq: number;
  readonly mark: Uint8Array;
  /** Bytes of the room's entries up to and with this one. */
  readonly logBytes: number;
  /** SHA-256 of the entry's bytes. */
  readonly digest: Uint8Array;
  readonly body: EntryBody;
}

/** Runs one step of a repair when it is its turn. */
export type InTurn = <T>(step: () => Promise<T>) => Promise<T>;

/** What a repair of a room changed. */
export interface RoomDamage {
  /** Every mark from here on is new; undefined where none is. */
  readonly newHistoryFrom: number | undefined;
  /** Entries that are empty now. */
  readonly lostEntries: number;
  /** Those of them that a snapshot covers, so that nothing is missing. */
  readonly coveredEntries: number;
  readonly lostSnapshots: number;
}

/** Part of a log: consecutive small entries, or one large one whose bytes `readPart` gives, or nothing. */
export type LogSlice =
  | { readonly type: 'entries'; readonly firstSeq: number; readonly entries: readonly Uint8Array[] }
  | { readonly type: 'large'; readonly seq: number; readonly total: number }
  | { readonly type: 'end' };

/** Position and SHA-256 of a stored entry, for the window in which equal appends are stored once (rule A3). */
export interface RecentEntry {
  readonly seq: number;
  readonly digest: Uint8Array;
}

/**
 * The durable logs of all rooms. Every promise of a write resolves only when the write survives a loss of power.
 * After a failed write the caller reads `room` again before its next append: the store may have reopened itself.
 */
export interface LogStore extends SnapshotStore {
  /** The room's record, or undefined where there is no such room. */
  room(roomId: RoomId): Promise<RoomRecord | undefined>;
  /** Makes the room unless it is there; gives its record either way. */
  createRoom(roomId: RoomId, firstMark: Uint8Array): Promise<RoomRecord>;
  /**
   * Does beforehand, beside other writes, what an append of this entry takes besides its record. May be called again for another place;
   * `append` does what was not done. The entry's spool is still to be discarded where it is not appended.
   */
  place(entry: Omit<NewEntry, 'mark' | 'logBytes'>): Promise<void>;
  /** Appends entries of any rooms, all or none of them, with one sync. */
  append(entries: readonly NewEntry[]): Promise<void>;
  /** The position after entry `seq`, 0 for the start; undefined where the log does not have it. */
  position(roomId: RoomId, seq: number): Promise<LogPosition | undefined>;
  /** What follows `afterSeq` up to `lastSeq`: at least one entry, small ones while their sizes sum up to at most `maxBytes`. */
  read(roomId: RoomId, afterSeq: number, lastSeq: number, maxBytes: number): Promise<LogSlice>;
  /**
   * The bytes of a large entry from `offset` on, a multiple of `limits.chunkBytes`: as many blocks of that size as `maxBytes`
   * holds, one where it is not given, and fewer before the entry's end or a damaged block.
   */
  readPart(roomId: RoomId, seq: number, offset: number, maxBytes?: number): Promise<Uint8Array>;
  /** The room's last entries, newest first, at most `count`. */
  recent(roomId: RoomId, count: number): Promise<readonly RecentEntry[]>;
  /**
   * Makes a room readable again whose `room`, `position`, `read` or `readPart` throws `damaged` or ends too early (rule L4);
   * undefined where nothing is damaged. It goes in short steps, each run by `inTurn`; one that fails is like a failed write.
   * From the first step to the last nothing is appended to the room; snapshots are outdated, and trims do nothing. `room` is
   * read again before the next append.
   */
  repair(roomId: RoomId, inTurn?: InTurn): Promise<RoomDamage | undefined>;
  /** A new spool for one upload. */
  openSpool(): Promise<Spool>;
  /** Ends all use; waits for writes under way. */
  close(): Promise<void>;
}

/** Small entries travel in frames of this many bytes at most, counted with `entryOverheadBytes` for each (rule S2). */
export const entryOverheadBytes = 3;
