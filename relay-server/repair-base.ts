import type { RoomId } from '../protocol/ids.ts';
import { nextMark } from '../protocol/marks.ts';
import { sha256 } from './entry-hash.ts';
import type { RoomHead } from './entry-record.ts';
import { encodeEntry, entryKey } from './entry-record.ts';
import { readFloor, readSnapshots } from './level-database.ts';
import { markAfter, noEntry, placesFrom } from './log-places.ts';
import type { LogPosition } from './log-store.ts';
import { isDamage } from './log-store.ts';
import type { RepairMeans } from './room-repair.ts';
import { snapshotKey } from './snapshot-record.ts';

/** Where a room's readable log begins: after its newest readable snapshot, or at 0. */
export interface LogBase extends LogPosition {
  readonly seq: number;
  /** Entries before here are not all there: snapshots replaced them. */
  readonly trimmedSeq: number;
}

/** Finds the newest snapshot that can be read; those newer that cannot go to quarantine. */
export async function readableBase(
  { database, snapshotFiles, quarantine }: RepairMeans,
  roomId: RoomId,
  { firstMark, rewriteFrom }: RoomHead,
): Promise<{ readonly base: LogBase; readonly lostSnapshots: number }> {
  let lostSnapshots = 0;
  const snapshots = await readSnapshots(database, roomId, { reverse: true });
  // Where `mark(0)` is new, the marks that a snapshot keeps do not follow from it: nothing starts at 0 any more.
  const floorSeq = Math.max(await readFloor(database, roomId, snapshots[0]), rewriteFrom === 1 ? 1 : 0);
  for (const { info, file } of snapshots) {
    const { seq, mark } = info.cursor;
    try {
      for await (const _ of snapshotFiles.blocks(roomId, seq, file));
      const base = { seq, mark, logBytes: info.logBytes, trimmedSeq: Math.min(floorSeq, seq) };
      return { base, lostSnapshots };
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
    lostSnapshots += 1;
    const key = snapshotKey(roomId, seq);
    const path = (await snapshotFiles.pathsOf(roomId)).get(seq);
    const record = await database.get(key);
    await quarantine.keep(
      roomId,
      { record, path },
      seq,
      `the snapshot at ${seq}: its file is damaged or missing`,
    );
    await database.del(key, { sync: true });
  }
  return { base: { seq: 0, mark: firstMark, logBytes: 0, trimmedSeq: 0 }, lostSnapshots };
}

/**
 * Puts empty entries where entries are damaged that the base covers. Marks stay as they are: who takes a delta over
 * such a place sees another mark at its end, and loads the snapshot. Gives how many there were.
 */
export async function mendCovered(means: RepairMeans, roomId: RoomId, base: LogBase): Promise<number> {
  const { database, quarantine, large } = means;
  let { mark } = base;
  let mended = 0;
  let isBaseThere = base.seq === 0;
  const paths = await large.pathsOf(roomId);
  const mend = async (seq: number, record: Uint8Array | undefined) => {
    mended += 1;
    await quarantine.keep(
      roomId,
      { record, path: paths.get(seq) },
      seq,
      `entry ${seq}, which a snapshot covers`,
    );
    mark = seq === base.seq ? base.mark : nextMark(sha256, mark, noEntry.bytes);
    const key = entryKey(roomId, seq);
    const { logBytes } = base;
    await database.put(key, encodeEntry(key, { mark, logBytes, body: noEntry }), { sync: true });
  };
  for await (const found of placesFrom(means, roomId, 1, base.seq)) {
    const { seq } = found;
    if (seq === base.seq) isBaseThere = true;
    if (found.type === 'stray') await database.del(found.key, { sync: true });
    else if (found.type === 'damaged' && (found.value !== undefined || seq >= base.trimmedSeq))
      await mend(seq, found.value);
    else if (found.type === 'entry' && found.entry.body.type === 'file') {
      if ((await markAfter(means, roomId, seq, mark, found.entry.body)) === undefined)
        await mend(seq, found.value);
    }
  }
  if (!isBaseThere) await mend(base.seq, undefined);
  return mended;
}
