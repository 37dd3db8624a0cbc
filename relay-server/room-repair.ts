import type { RoomId } from '../protocol/ids.ts';
import { sameBytes } from '../protocol/ids.ts';
import { nextMark } from '../protocol/marks.ts';
import { sha256 } from './entry-hash.ts';
import type { EntryRecord, RoomHead } from './entry-record.ts';
import { decodeEntry, decodeRoom, encodeEntry, encodeRoom, entryKey, roomKey } from './entry-record.ts';
import type { LargeEntries } from './large-entries.ts';
import type { Database } from './level-database.ts';
import { readEntries, readFloor } from './level-database.ts';
import { markAfter, noEntry, placesOf, sizeOf } from './log-places.ts';
import type { LogPosition, RoomDamage } from './log-store.ts';
import { isDamage } from './log-store.ts';
import type { Quarantine } from './quarantine.ts';
import type { LogBase } from './repair-base.ts';
import { mendBeforeBase, readableBase } from './repair-base.ts';
import type { InSteps } from './repair-step.ts';
import { StepSize } from './repair-step.ts';
import { encodeFloor, floorKey } from './snapshot-record.ts';

/** What a repair works on. */
export interface RepairMeans {
  readonly database: Database;
  readonly large: LargeEntries;
  readonly snapshotFiles: LargeEntries;
  readonly quarantine: Quarantine;
  /** `mark(0)` of a room whose own is damaged. */
  readonly newFirstMark: () => Uint8Array;
  /** Bytes of records that are read or rewritten in one step. */
  readonly stepBytes?: number;
}

type Operation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array };

/**
 * Makes a damaged room readable again. What a readable snapshot covers needs no more than that. After it, what cannot be read goes to quarantine, an empty entry takes its place, and every
 * mark from there on is computed anew: so the cursors of all who have seen the lost entry fit no more, they load the
 * whole log and send what it lacks (rules L4 and S1). No append of the room may be under way.
 *
 * The room's record says that it is being rewritten from before the first step until the last one. A repair that was
 * cut short is done again from there, with the same result. Gives undefined, and changes nothing, where nothing is damaged.
 */
export async function* repairRoom(means: RepairMeans, roomId: RoomId): InSteps<RoomDamage | undefined> {
  const head = await readHead(means, roomId);
  if (head === undefined) return undefined;
  const { base, lostSnapshots } = yield* readableBase(means, roomId, head);
  const before = yield* mendBeforeBase(means, roomId, base);
  const firstBad = yield* firstDamage(means, roomId, base);
  const firstNew = Math.min(
    firstBad ?? Number.POSITIVE_INFINITY,
    head.rewriteFrom ?? Number.POSITIVE_INFINITY,
  );
  if (firstNew !== Number.POSITIVE_INFINITY) {
    // The snapshot's mark is bound into its seal: those up to it stay as they are.
    const from = Math.max(firstNew, base.seq + 1);
    const lost = yield* rewrite(means, roomId, base, { firstMark: head.firstMark, rewriteFrom: from });
    return { ...before, newHistoryFrom: from, lostEntries: lost + before.lostEntries, lostSnapshots };
  }
  // Without the snapshots that a trim was for, the log may be whole and begins before them.
  const lowered = (await readFloor(means.database, roomId, undefined)) > base.trimmedSeq;
  if (lowered)
    await means.database.put(floorKey(roomId), encodeFloor(floorKey(roomId), base.trimmedSeq), {
      sync: true,
    });
  if (before.lostEntries + lostSnapshots === 0 && !lowered) return undefined;
  return { ...before, newHistoryFrom: undefined, lostSnapshots };
}

/** The room's record; one that is damaged or missing is made anew. Undefined where there is no room. */
async function readHead(
  { database, quarantine, newFirstMark }: RepairMeans,
  roomId: RoomId,
): Promise<RoomHead | undefined> {
  const key = roomKey(roomId);
  const value = await database.get(key);
  if (value === undefined) {
    for await (const _ of readEntries(database, roomId, { limit: 1 })) {
      await quarantine.keep(roomId, {}, 0, 'its record is missing; it has a new one');
      return { firstMark: newFirstMark(), rewriteFrom: 1 };
    }
    return undefined;
  }
  try {
    return decodeRoom(key, new Uint8Array(value));
  } catch (error) {
    if (!isDamage(error)) throw error;
    await quarantine.keep(roomId, { record: value }, 0, 'its record was damaged; it has a new one');
    return { firstMark: newFirstMark(), rewriteFrom: 1 };
  }
}

/** The first seq after the base whose entry is damaged or missing, or whose mark does not follow from the one before. */
async function* firstDamage(means: RepairMeans, roomId: RoomId, base: LogBase): InSteps<number | undefined> {
  const size = new StepSize(means.stepBytes);
  let { mark } = base;
  let expected = base.seq + 1;
  for await (const found of placesOf(means, roomId, { firstSeq: expected })) {
    if (found.type !== 'entry') return expected;
    const next = await markAfter(means, roomId, found.seq, mark, found.entry.body);
    if (next === undefined || !sameBytes(next, found.entry.mark)) return expected;
    mark = next;
    expected += 1;
    if (size.isFull(sizeOf(found.entry.body))) yield;
  }
  return undefined;
}

async function* rewrite(
  means: RepairMeans,
  roomId: RoomId,
  base: LogBase,
  { firstMark, rewriteFrom }: { readonly firstMark: Uint8Array; readonly rewriteFrom: number },
): InSteps<number> {
  const { database, quarantine, large } = means;
  const size = new StepSize(means.stepBytes);
  const key = roomKey(roomId);
  const floor = floorKey(roomId);
  await database.batch(
    [
      { type: 'put', key: floor, value: encodeFloor(floor, base.trimmedSeq) },
      { type: 'put', key, value: encodeRoom(key, { firstMark, rewriteFrom }) },
    ],
    { sync: true },
  );
  let { mark, logBytes } = await positionBefore(means, roomId, rewriteFrom, base);
  let step: Operation[] = [];
  let lostEntries = 0;
  const paths = await large.pathsOf(roomId);
  const flush = async () => {
    await database.batch(step, { sync: true });
    step = [];
  };
  /** Says whether the step is over. */
  const put = (seq: number, body: EntryRecord['body'], next: Uint8Array): boolean => {
    mark = next;
    logBytes += sizeOf(body);
    const entry = encodeEntry(entryKey(roomId, seq), { mark, logBytes, body });
    step.push({ type: 'put', key: entryKey(roomId, seq), value: entry });
    return size.isFull(entry.length);
  };
  const putNone = (seq: number): boolean => {
    lostEntries += 1;
    return put(seq, noEntry, nextMark(sha256, mark, noEntry.bytes));
  };
  for await (const found of placesOf(means, roomId, { firstSeq: rewriteFrom })) {
    const { seq } = found;
    if (found.type === 'missing') {
      await quarantineMissing(means, roomId, found, paths);
      for (let at = seq; at <= found.lastSeq; at++) {
        if (!putNone(at)) continue;
        await flush();
        yield;
      }
      continue;
    }
    if (found.type === 'stray') {
      await quarantine.keep(roomId, { record: found.value }, seq, `entry ${seq}: its record is out of place`);
      step.push({ type: 'del', key: found.key });
      continue;
    }
    const body = found.type === 'entry' ? found.entry.body : undefined;
    const next = body === undefined ? undefined : await markAfter(means, roomId, seq, mark, body);
    let isFull: boolean;
    if (body === undefined || next === undefined) {
      const reason = body === undefined ? 'its record is damaged' : 'its file is damaged or missing';
      const what = { record: found.value, path: paths.get(seq) };
      await quarantine.keep(roomId, what, seq, `entry ${seq}: ${reason}`);
      isFull = putNone(seq);
    } else {
      isFull = put(seq, body, next);
    }
    if (!isFull) continue;
    await flush();
    yield;
  }
  step.push({ type: 'put', key, value: encodeRoom(key, { firstMark, rewriteFrom: undefined }) });
  await flush();
  return lostEntries;
}

/** One note for all of a gap, and the files that are there without a record. */
async function quarantineMissing(
  { quarantine }: RepairMeans,
  roomId: RoomId,
  { seq, lastSeq }: { readonly seq: number; readonly lastSeq: number },
  paths: ReadonlyMap<number, string>,
): Promise<void> {
  const reason =
    seq === lastSeq
      ? `entry ${seq}: its record is missing`
      : `entries ${seq} to ${lastSeq}: their records are missing`;
  await quarantine.keep(roomId, {}, seq, reason);
  for (const [at, path] of paths)
    if (at >= seq && at <= lastSeq)
      await quarantine.keep(roomId, { path }, at, `entry ${at}: its file has no record`);
}

async function positionBefore(
  { database }: RepairMeans,
  roomId: RoomId,
  seq: number,
  base: LogBase,
): Promise<LogPosition> {
  if (seq <= base.seq + 1) return base;
  for await (const { key, value } of readEntries(database, roomId, { gte: seq - 1, lte: seq - 1 }))
    return decodeEntry(key, value);
  return base;
}
