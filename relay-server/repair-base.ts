import type { RoomId } from '../protocol/ids.ts';
import { nextMark } from '../protocol/marks.ts';
import { sha256 } from './entry-hash.ts';
import type { RoomHead } from './entry-record.ts';
import { encodeEntry, entryKey, seqOfKey } from './entry-record.ts';
import { readFloor, readSnapshotValues } from './level-database.ts';
import { markAfter, noEntry, placesOf, sizeOf } from './log-places.ts';
import type { LogPosition, RoomDamage } from './log-store.ts';
import { isDamage } from './log-store.ts';
import type { InSteps } from './repair-step.ts';
import { StepSize } from './repair-step.ts';
import type { RepairMeans } from './room-repair.ts';
import type { SnapshotRecord } from './snapshot-record.ts';
import { ascending, holds, keptFrom } from './snapshot-store.ts';

/** Where a room's readable log begins: after its newest readable snapshot, or at 0. */
export interface LogBase extends LogPosition {
  readonly seq: number;
  /** Entries before here are not all there: snapshots replaced them. */
  readonly trimmedSeq: number;
  /** The log should have every entry from here on: not all of these were replaced. */
  readonly wholeFrom: number;
  /** Whether its snapshot has entry `seq`. */
  readonly holds: (seq: number) => boolean;
  /** Entries that a snapshot names as not opened with which streams may start. The log has them all (rule C5). */
  readonly kept: ReadonlySet<number>;
}

/** Finds the newest snapshot that can be read. Those newer that cannot, and all whose records are damaged, go to quarantine. */
export async function* readableBase(
  means: RepairMeans,
  roomId: RoomId,
  { firstMark, rewriteFrom }: RoomHead,
): InSteps<{ readonly base: LogBase; readonly lostSnapshots: number }> {
  const { database, snapshotFiles } = means;
  let lostSnapshots = 0;
  const lose = async (key: Uint8Array, value: Uint8Array, reason: string) => {
    lostSnapshots += 1;
    await loseSnapshot(means, roomId, key, value, reason);
  };
  const snapshots: (SnapshotRecord & { readonly key: Uint8Array; readonly value: Uint8Array })[] = [];
  for await (const { key, value, record } of readSnapshotValues(database, roomId, { reverse: true })) {
    if (record === undefined) await lose(key, value, 'its record is damaged');
    else snapshots.push({ ...record, key, value });
  }
  // Where `mark(0)` is new, the marks that a snapshot keeps do not follow from it: nothing starts at 0 any more.
  const floorSeq = Math.max(await readFloor(database, roomId, snapshots[0]), rewriteFrom === 1 ? 1 : 0);
  for (const [i, { info, file, key, value }] of snapshots.entries()) {
    const { seq, mark } = info.cursor;
    if (!(yield* isReadable(snapshotFiles.blocks(roomId, seq, file)))) {
      await lose(key, value, 'its file is damaged or missing');
      continue;
    }
    const trimmedSeq = Math.min(floorSeq, seq);
    const starts = snapshots.slice(i).filter((each) => each.info.cursor.seq >= trimmedSeq);
    const base = {
      seq,
      mark,
      logBytes: info.logBytes,
      trimmedSeq,
      wholeFrom: Math.min(trimmedSeq, ...starts.map((each) => keptFrom(each.info))),
      holds: (entry: number) => holds(info, entry),
      kept: new Set(starts.flatMap((each) => each.info.kept)),
    };
    return { base, lostSnapshots };
  }
  const nothing = { seq: 0, mark: firstMark, logBytes: 0, trimmedSeq: 0 };
  return { base: { ...nothing, wholeFrom: 0, holds: () => false, kept: new Set() }, lostSnapshots };
}

async function* isReadable(blocks: AsyncIterable<Uint8Array>): InSteps<boolean> {
  const size = new StepSize();
  try {
    for await (const { length } of blocks) if (size.isFull(length)) yield;
    return true;
  } catch (error) {
    if (!isDamage(error)) throw error;
    return false;
  }
}

async function loseSnapshot(
  { database, snapshotFiles, quarantine }: RepairMeans,
  roomId: RoomId,
  key: Uint8Array,
  record: Uint8Array,
  reason: string,
): Promise<void> {
  const seq = seqOfKey(key);
  const path = (await snapshotFiles.pathsOf(roomId)).get(seq);
  await quarantine.keep(roomId, { record, path }, seq, `the snapshot at ${seq}: ${reason}`);
  await database.del(key, { sync: true });
}

/**
 * Puts empty entries where entries up to the base are damaged or missing that the log should have. Marks stay as they are:
 * who takes a delta over such a place sees another mark at its end, and loads the snapshot. Gives how many there were.
 */
export async function* mendBeforeBase(
  means: RepairMeans,
  roomId: RoomId,
  base: LogBase,
): InSteps<Pick<RoomDamage, 'lostEntries' | 'coveredEntries'>> {
  const { database, quarantine, large } = means;
  const size = new StepSize(means.stepBytes);
  let { mark } = base;
  let lostEntries = 0;
  let coveredEntries = 0;
  const paths = await large.pathsOf(roomId);
  const keptSeqs = ascending([...base.kept]);
  const expects = (seq: number) => seq >= base.wholeFrom || base.kept.has(seq);
  const mend = async (seq: number, record: Uint8Array | undefined) => {
    lostEntries += 1;
    const isCovered = base.holds(seq);
    if (isCovered) coveredEntries += 1;
    const reason = isCovered ? 'which a snapshot covers' : 'which no snapshot has';
    await quarantine.keep(roomId, { record, path: paths.get(seq) }, seq, `entry ${seq}, ${reason}`);
    mark = seq === base.seq ? base.mark : nextMark(sha256, mark, noEntry.bytes);
    const key = entryKey(roomId, seq);
    const { logBytes } = base;
    await database.put(key, encodeEntry(key, { mark, logBytes, body: noEntry }), { sync: true });
  };
  if (base.seq === 0) return { lostEntries, coveredEntries };
  for await (const found of placesOf(means, roomId, { firstSeq: 1, lastSeq: base.seq, expects })) {
    const { seq } = found;
    if (found.type === 'stray') {
      await quarantine.keep(roomId, { record: found.value }, seq, `entry ${seq}, which a snapshot replaced`);
      await database.del(found.key, { sync: true });
    } else if (found.type === 'damaged') {
      await mend(seq, found.value);
    } else if (found.type === 'missing') {
      for (const at of expectedIn(found, base, keptSeqs)) {
        await mend(at, undefined);
        if (size.isFull(0)) yield;
      }
    } else if (found.entry.body.type === 'file') {
      if ((await markAfter(means, roomId, seq, mark, found.entry.body)) === undefined)
        await mend(seq, found.value);
    }
    if (size.isFull(found.type === 'entry' ? sizeOf(found.entry.body) : 0)) yield;
  }
  return { lostEntries, coveredEntries };
}

/** Those of some seqs in a row that the log should have. */
function* expectedIn(
  { seq, lastSeq }: { readonly seq: number; readonly lastSeq: number },
  base: LogBase,
  keptSeqs: readonly number[],
): Iterable<number> {
  for (const kept of keptSeqs) if (kept >= seq && kept <= lastSeq && kept < base.wholeFrom) yield kept;
  for (let at = Math.max(seq, base.wholeFrom); at <= lastSeq; at++) yield at;
}
