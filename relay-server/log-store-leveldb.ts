import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RoomId } from '../protocol/ids.ts';
import { idBytes } from '../protocol/ids.ts';
import { systemClock } from './clock.ts';
import { LargeEntries } from './large-entries.ts';
import { LevelCreation } from './level-creation.ts';
import type { Database } from './level-database.ts';
import { isCorruption, isDiskFull, openDatabase, readRoom } from './level-database.ts';
import { LevelEntries } from './level-entries.ts';
import { lockDatabase } from './level-lock.ts';
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
import { Quarantine } from './quarantine.ts';
import { ReopeningDatabase } from './reopening-database.ts';
import { repairRoom } from './room-repair.ts';
import type { NewSnapshot, SnapshotInfo, TrimPlan } from './snapshot-store.ts';
import { SpaceFloor } from './space-floor.ts';
import type { SpoolMeans } from './spool-file.ts';
import { StoreRepairs } from './store-repairs.ts';
import { SyncTurns } from './sync-turns.ts';

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
  readonly #database: ReopeningDatabase;
  readonly #release: () => Promise<void>;
  readonly #large: LargeEntries;
  readonly #creation: LevelCreation;
  readonly #entries: LevelEntries;
  readonly #snapshots: LevelSnapshots;
  readonly #spoolMeans: SpoolMeans;
  readonly #repairs: StoreRepairs;

  private constructor(
    options: LevelLogStoreOptions,
    database: ReopeningDatabase,
    large: LargeEntries,
    snapshotFiles: LargeEntries,
    space: SpaceFloor,
    release: () => Promise<void>,
  ) {
    const syncs = new SyncTurns(systemClock);
    this.#spoolMeans = {
      syncs,
      checkSpace: () => space.check(),
      remove: options.remove,
      warn: options.warn,
    };
    this.#database = database;
    this.#release = release;
    this.#large = large;
    this.#creation = new LevelCreation(database, () => space.check());
    this.#entries = new LevelEntries(database, large, space, syncs);
    const quarantine = new Quarantine(options.folder, () => systemClock.epochMs());
    const means = { large, snapshotFiles, quarantine, newFirstMark };
    this.#repairs = new StoreRepairs(
      database,
      (opened, roomId) => repairRoom({ ...means, database: opened }, roomId),
      () => space.check(),
    );
    this.#snapshots = new LevelSnapshots(database, large, snapshotFiles, this.#repairs);
  }

  /** Opens or makes the store; throws `locked` when another process has it and `newer-format` when it is from the future. */
  static async open(options: LevelLogStoreOptions): Promise<LevelLogStore> {
    const { folder } = options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const location = join(folder, 'log');
    const space = new SpaceFloor(folder, options.floorBytes, () => systemClock.now());
    const giveReserve = () => space.giveReserve();
    const withReserve = async <T>(act: () => Promise<T>) =>
      await act().catch(async (error: unknown) => {
        if (!isDiskFull(error)) throw error;
        await giveReserve();
        return await act();
      });
    const lock = await withReserve(() => lockDatabase(location));
    const repairs = new DatabaseRepairs({ location, clock: systemClock, giveReserve, warn: options.warn });
    const release = async () => {
      await repairs.close();
      await lock.close();
    };
    const repair = () => repairs.repair();
    const open = async () => {
      await repairs.prepare();
      return await withReserve(() => (options.openDatabase ?? openDatabase)(location));
    };
    const large = new LargeEntries(folder);
    const snapshotFiles = new LargeEntries(folder, 'snapshots');
    const settle = async (database: Database) => {
      await settlePlacements(database, large);
      await settleSnapshots(database, snapshotFiles);
    };
    // Where that meets damage that could not be repaired, the notes stay until the next opening.
    const onReopened = (database: Database) =>
      settle(database).catch((error: unknown) => {
        if (!isCorruption(error)) throw error;
      });
    const database = await openPrepared({
      open,
      repair,
      prepare: async (opened) => {
        await checkFormat(opened, folder);
        await large.open();
        await snapshotFiles.open();
        await settle(opened);
      },
    }).catch(async (error: unknown) => {
      await release();
      throw error;
    });
    repairs.opened();
    const reopening = new ReopeningDatabase({ database, open, repair, onReopened });
    const store = new LevelLogStore(options, reopening, large, snapshotFiles, space, release);
    await space.check().catch(() => {});
    return store;
  }

  async room(roomId: RoomId): Promise<RoomRecord | undefined> {
    return await this.#database.read((database) => readRoom(database, roomId));
  }

  createRoom(roomId: RoomId, firstMark: Uint8Array): Promise<RoomRecord> {
    return this.#creation.create(roomId, firstMark);
  }

  place(entry: Omit<NewEntry, 'mark' | 'logBytes'>): Promise<void> {
    return this.#entries.place(entry);
  }

  append(entries: readonly NewEntry[]): Promise<void> {
    return this.#entries.append(entries);
  }

  position(roomId: RoomId, seq: number): Promise<LogPosition | undefined> {
    return this.#entries.position(roomId, seq);
  }

  read(roomId: RoomId, afterSeq: number, lastSeq: number, maxBytes: number): Promise<LogSlice> {
    return this.#entries.read(roomId, afterSeq, lastSeq, maxBytes);
  }

  readPart(roomId: RoomId, seq: number, offset: number, maxBytes?: number): Promise<Uint8Array> {
    return this.#entries.readPart(roomId, seq, offset, maxBytes);
  }

  recent(roomId: RoomId, count: number): Promise<readonly RecentEntry[]> {
    return this.#entries.recent(roomId, count);
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
    await this.#entries.settled();
    await this.#release();
  }
}

function newFirstMark(): Uint8Array {
  return new Uint8Array(randomBytes(idBytes));
}
