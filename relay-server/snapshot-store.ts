import type { Cursor, RoomId } from '../protocol/ids.ts';
import { limits } from '../protocol/limits.ts';
import type { Spool } from './log-store.ts';

/** A stored snapshot: one sealed state that stands for the entries up to `cursor`. */
export interface SnapshotInfo {
  readonly cursor: Cursor;
  readonly bytes: number;
  /** Bytes of all entries up to `cursor`. */
  readonly logBytes: number;
  /** Milliseconds since 1970. */
  readonly createdMs: number;
  /** Entries up to `cursor` that its editor could not open, ascending; they are in the log, and stay (rule C5). See `keptFrom`. */
  readonly kept: readonly number[];
  /** SHA-256 of its bytes: tells it from one that replaced it at the same seq. */
  readonly digest: Uint8Array;
}

/** A snapshot that is complete in a spool and wants to become the newest. */
export interface NewSnapshot {
  readonly roomId: RoomId;
  readonly cursor: Cursor;
  /** Seq of the newest snapshot as the editor knew it, 0 for none. One at that same seq is replaced. */
  readonly previousSeq: number;
  readonly createdMs: number;
  /** Entries that the editor could not open, in any order. Those that the log never had are passed over. */
  readonly unopened: readonly number[];
  readonly digest: Uint8Array;
  readonly spool: Spool;
}

/** What compaction takes out of a room's store. */
export interface TrimPlan {
  /** Entries before this seq go. */
  readonly beforeSeq: number;
  /** Except these. */
  readonly keep: readonly number[];
  /** Seqs of snapshots that go. */
  readonly dropSnapshots: readonly number[];
}

/** The part of a log store that holds snapshots. A write is durable when its promise resolves, except where it says otherwise. */
export interface SnapshotStore {
  /**
   * Makes a snapshot the newest if the newest one is still `previousSeq`, its cursor is not before that one, no entry that
   * its editor could not open is left in that one only, and the log has its cursor's mark there; else gives undefined and
   * stores nothing (rule C4). Throws `damaged` where an entry has left the log that no snapshot has. The spool is taken only
   * by a success.
   */
  commitSnapshot(snapshot: NewSnapshot): Promise<SnapshotInfo | undefined>;
  /** All snapshots of a room, oldest first. */
  snapshots(roomId: RoomId): Promise<readonly SnapshotInfo[]>;
  /** The snapshot at this seq. */
  snapshot(roomId: RoomId, seq: number): Promise<SnapshotInfo | undefined>;
  /** Bytes as `LogStore.readPart` gives them; throws `damaged` where this very snapshot is not there or not as it was. */
  readSnapshotPart(
    roomId: RoomId,
    snapshot: SnapshotInfo,
    offset: number,
    maxBytes?: number,
  ): Promise<Uint8Array>;
  /** Takes out what the newest two snapshots make unneeded. A crash may undo parts of it: it is done again with the next one. */
  trim(roomId: RoomId, plan: TrimPlan): Promise<void>;
}

/** The seq from which on a snapshot keeps all entries up to its own: its editor could not open more than it could name (rule C2). */
export function keptFrom({ kept }: Pick<SnapshotInfo, 'kept'>): number {
  return (kept.length < limits.unopenedEntries ? undefined : kept.at(-1)) ?? Number.POSITIVE_INFINITY;
}

/** Whether a snapshot holds the content of entry `seq`, which is lost with it once that has left the log. */
export function holds(snapshot: SnapshotInfo, seq: number): boolean {
  const { cursor, kept } = snapshot;
  return seq >= 1 && seq <= cursor.seq && seq < keptFrom(snapshot) && !kept.includes(seq);
}

/** The seq from which on the log has every entry while these are the newest snapshots. */
export function wholeFrom({
  snapshot,
  previousSnapshot,
  floorSeq,
}: {
  readonly snapshot: SnapshotInfo | undefined;
  readonly previousSnapshot: SnapshotInfo | undefined;
  readonly floorSeq: number;
}): number {
  const froms = [snapshot, previousSnapshot].map((each) =>
    each === undefined ? Number.POSITIVE_INFINITY : keptFrom(each),
  );
  return Math.min(floorSeq, ...froms);
}

/** The seqs of a list once each, ascending. */
export function ascending(seqs: readonly number[]): number[] {
  return [...new Set(seqs)].sort((a, b) => a - b);
}
