import type { Join } from '../protocol/client-messages.ts';
import type { Cursor } from '../protocol/ids.ts';
import { sameBytes } from '../protocol/ids.ts';
import type { LogPosition, LogStore } from './log-store.ts';
import { isDamage } from './log-store.ts';
import type { Room } from './room.ts';
import type { SnapshotInfo } from './snapshot-store.ts';

/** Where a stream starts: after `from`, with the snapshot that stands for what was before where there is one. */
export interface StreamStart {
  readonly start: 'delta' | 'log' | 'snapshot';
  readonly from: Cursor;
  /** Bytes of all entries up to `from`. */
  readonly fromBytes: number;
  readonly snapshot: SnapshotInfo | undefined;
}

/**
 * Where the stream of a join starts (rules S1 and S6): after its cursor if the log agrees with it and is complete from
 * there; else at the best snapshot, or at the log's start. Undefined where nothing is left to start from.
 */
export async function streamStart(
  room: Room,
  store: LogStore,
  { cursor, beforeSeq }: Pick<Join, 'cursor' | 'beforeSeq'>,
): Promise<StreamStart | undefined> {
  const { snapshots } = room;
  if (cursor !== undefined && cursor.seq >= snapshots.floorSeq) {
    const position = await positionAt(room, store, cursor);
    if (position !== undefined)
      return { start: 'delta', from: cursor, fromBytes: position.logBytes, snapshot: undefined };
  }
  for (const snapshot of snapshots.startsBefore(beforeSeq)) {
    const position = await positionAt(room, store, snapshot.cursor);
    if (position !== undefined)
      return { start: 'snapshot', from: snapshot.cursor, fromBytes: position.logBytes, snapshot };
  }
  if (snapshots.floorSeq > 0) return undefined;
  return { start: 'log', from: { seq: 0, mark: room.log.firstMark }, fromBytes: 0, snapshot: undefined };
}

/** The log's position at a cursor that it agrees with. */
async function positionAt(
  room: Room,
  store: LogStore,
  { seq, mark }: Cursor,
): Promise<LogPosition | undefined> {
  if (seq > room.log.head.seq) return undefined;
  const position = await store.position(room.id, seq).catch((error: unknown) => {
    if (isDamage(error)) room.reportDamage();
    throw error;
  });
  // The store may have lost it meanwhile.
  const isThere = position !== undefined && sameBytes(position.mark, mark) && seq <= room.log.head.seq;
  return isThere ? position : undefined;
}
