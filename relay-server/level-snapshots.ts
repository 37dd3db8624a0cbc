import type { RoomId } from '../protocol/ids.ts';
import { sameBytes, toHex } from '../protocol/ids.ts';
import { decodeRoom, roomKey, seqOfKey, tryDecodeEntry } from './entry-record.ts';
import type { LargeEntries, Placement } from './large-entries.ts';
import type { Database } from './level-database.ts';
import { readEntries, readEntry, readFloor, readSnapshots, readSnapshotValues } from './level-database.ts';
import { StoreError } from './log-store.ts';
import type { ReopeningDatabase } from './reopening-database.ts';
import type { SnapshotRecord } from './snapshot-record.ts';
import { encodeFloor, encodeSnapshot, floorKey, snapshotKey } from './snapshot-record.ts';
import type { NewSnapshot, SnapshotInfo, SnapshotStore, TrimPlan } from './snapshot-store.ts';
import { ascending, holds, keptFrom, wholeFrom } from './snapshot-store.ts';
import type { StoreRepairs } from './store-repairs.ts';

/** Entries that one step of a trim takes out: other writes go between the steps. */
const stepEntries = 1000;

interface TrimStep {
  readonly keys: readonly Uint8Array[];
  readonly files: readonly Placement[];
  /** Undefined when nothing is left after this step. */
  readonly nextSeq: number | undefined;
}

/** The snapshots of a LevelDB store: records in the database, their bytes in files. */
export class LevelSnapshots implements SnapshotStore {
  readonly #database: ReopeningDatabase;
  readonly #entryFiles: LargeEntries;
  readonly #files: LargeEntries;
  readonly #repairs: Pick<StoreRepairs, 'isUnderWay'>;

  constructor(
    database: ReopeningDatabase,
    entryFiles: LargeEntries,
    snapshotFiles: LargeEntries,
    repairs: Pick<StoreRepairs, 'isUnderWay'>,
  ) {
    this.#database = database;
    this.#entryFiles = entryFiles;
    this.#files = snapshotFiles;
    this.#repairs = repairs;
  }

  async commitSnapshot(snapshot: NewSnapshot): Promise<SnapshotInfo | undefined> {
    const { roomId, cursor, previousSeq, createdMs, unopened, digest, spool } = snapshot;
    return await this.#database.write(async (database) => {
      if (this.#repairs.isUnderWay(roomId) || !(await isWhole(database, roomId))) return undefined;
      const [newest, previous] = await readSnapshots(database, roomId, { reverse: true, limit: 2 });
      if ((newest?.info.cursor.seq ?? 0) !== previousSeq || cursor.seq < previousSeq) return undefined;
      const entry = await readEntry(database, roomId, cursor.seq);
      if (entry === undefined || !sameBytes(entry.mark, cursor.mark)) return undefined;
      const kept = ascending(unopened).filter((seq) => seq >= 1 && seq <= cursor.seq);
      for (const seq of kept) if (!(await isKept(database, roomId, seq, newest?.info))) return undefined;
      const known = { snapshot: newest?.info, previousSnapshot: previous?.info };
      // It may lack any of those that it keeps without naming them.
      if (keptFrom({ kept }) < wholeFrom({ ...known, floorSeq: await readFloor(database, roomId, newest) }))
        return undefined;
      const replaced = newest?.info.cursor.seq === cursor.seq ? placementOf(roomId, newest) : undefined;
      if (replaced !== undefined) await this.#files.note(replaced);
      const body = { type: 'spooled' as const, spool };
      const { placement, file } = await this.#files.take({ roomId, seq: cursor.seq, digest, body });
      const info = { cursor, logBytes: entry.logBytes, createdMs, kept, digest };
      const key = snapshotKey(roomId, cursor.seq);
      const records = [{ type: 'put' as const, key, value: encodeSnapshot(key, info, file) }];
      if (previousSeq !== 0 && replaced === undefined) {
        const floor = floorKey(roomId);
        records.push({ type: 'put', key: floor, value: encodeFloor(floor, previousSeq) });
      }
      await database.batch(records, { sync: true });
      await this.#files.settle(placement, true);
      if (replaced !== undefined) await this.#files.settle(replaced, false);
      return { ...info, bytes: file.total };
    });
  }

  async snapshots(roomId: RoomId): Promise<readonly SnapshotInfo[]> {
    return await this.#database.read(async (database) =>
      (await readSnapshots(database, roomId, {})).map(({ info }) => info),
    );
  }

  async snapshot(roomId: RoomId, seq: number): Promise<SnapshotInfo | undefined> {
    const [found] = await this.#recordAt(roomId, seq);
    return found?.info;
  }

  async readSnapshotPart(
    roomId: RoomId,
    snapshot: SnapshotInfo,
    offset: number,
    maxBytes?: number,
  ): Promise<Uint8Array> {
    const { seq } = snapshot.cursor;
    const [found] = await this.#recordAt(roomId, seq);
    if (found === undefined || !sameBytes(found.info.digest, snapshot.digest))
      throw new StoreError('damaged', `The snapshot at ${seq} of room ${roomId} is not there.`);
    return await this.#files.readBlocks({ roomId, seq, file: found.file, offset, maxBytes });
  }

  async trim(roomId: RoomId, { beforeSeq, keep, dropSnapshots }: TrimPlan): Promise<void> {
    const kept = new Set(keep);
    for (let seq: number | undefined = 1; seq !== undefined; ) {
      const from: number = seq;
      const step = await this.#database.read((database) => stepOf(database, roomId, from, beforeSeq, kept));
      await this.#remove(roomId, step.keys, step.files, this.#entryFiles);
      seq = step.nextSeq;
    }
    for (const seq of dropSnapshots) {
      const found = await this.#recordAt(roomId, seq);
      const files = found.map((each) => placementOf(roomId, each));
      await this.#remove(roomId, [snapshotKey(roomId, seq)], files, this.#files);
    }
  }

  /** One record, or none. */
  async #recordAt(roomId: RoomId, seq: number): Promise<SnapshotRecord[]> {
    return await this.#database.read((database) => readSnapshots(database, roomId, { gte: seq, lte: seq }));
  }

  /** Takes records out and then their files, unless the room is being repaired. The notes see to it that a crash between leaves both or none. */
  async #remove(
    roomId: RoomId,
    keys: readonly Uint8Array[],
    placements: readonly Placement[],
    files: LargeEntries,
  ): Promise<void> {
    if (keys.length === 0) return;
    await this.#database.write(async (database) => {
      if (this.#repairs.isUnderWay(roomId)) return;
      for (const placement of placements) await files.note(placement);
      await database.batch(keys.map((key) => ({ type: 'del', key })));
      for (const placement of placements) await files.settle(placement, false);
    });
  }
}

/** Decides for each snapshot's file that was noted and not settled whether a record refers to it. */
export async function settleSnapshots(database: Database, files: LargeEntries): Promise<void> {
  for (const placement of await files.unsettled()) {
    const { roomId, seq, name } = placement;
    let kept = false;
    // The file of a damaged record is for its repair to put into quarantine.
    for await (const { record } of readSnapshotValues(database, roomId, { gte: seq, lte: seq }))
      kept = record === undefined || toHex(record.file.name) === name;
    await files.settle(placement, kept);
  }
}

/** Whether no repair of the room is under way: marks that are about to change fit no snapshot. Throws `damaged`. */
async function isWhole(database: Database, roomId: RoomId): Promise<boolean> {
  const key = roomKey(roomId);
  const value = await database.get(key);
  return value !== undefined && decodeRoom(key, new Uint8Array(value)).rewriteFrom === undefined;
}

/**
 * Whether the log keeps an entry for those who cannot open it. Not where the newest snapshot alone has it. Where no
 * snapshot has it, an empty one in its place is kept too (rule L4): nothing ever says that a snapshot had it.
 */
async function isKept(
  database: Database,
  roomId: RoomId,
  seq: number,
  newest: SnapshotInfo | undefined,
): Promise<boolean> {
  const entry = await readEntry(database, roomId, seq);
  const isHeld = newest !== undefined && holds(newest, seq);
  if (entry === undefined && !isHeld)
    throw new StoreError('damaged', `Entry ${seq} of room ${roomId}, which no snapshot has, is missing.`);
  return entry !== undefined && (!isHeld || entry.body.type === 'file' || entry.body.bytes.length > 0);
}

/** The next entries from `from` on that a trim takes out. */
async function stepOf(
  database: Database,
  roomId: RoomId,
  from: number,
  beforeSeq: number,
  kept: ReadonlySet<number>,
): Promise<TrimStep> {
  const keys: Uint8Array[] = [];
  const files: Placement[] = [];
  for await (const { key, value } of readEntries(database, roomId, { gte: from, lte: beforeSeq - 1 })) {
    const seq = seqOfKey(key);
    if (kept.has(seq)) continue;
    keys.push(key);
    const body = tryDecodeEntry(key, value)?.body;
    if (body?.type === 'file') files.push({ roomId, seq, name: toHex(body.name) });
    if (keys.length === stepEntries) return { keys, files, nextSeq: seq + 1 };
  }
  return { keys, files, nextSeq: undefined };
}

function placementOf(
  roomId: RoomId,
  { info, file }: { readonly info: SnapshotInfo; readonly file: { readonly name: Uint8Array } },
): Placement {
  return { roomId, seq: info.cursor.seq, name: toHex(file.name) };
}
