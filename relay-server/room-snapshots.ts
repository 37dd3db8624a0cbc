import type { RoomId } from '../protocol/ids.ts';
import { sameBytes } from '../protocol/ids.ts';
import { limits } from '../protocol/limits.ts';
import type { Clock } from './clock.ts';
import type { LogStore, NewestSnapshots } from './log-store.ts';
import { thinned } from './milestones.ts';
import type { NewSnapshot, SnapshotInfo } from './snapshot-store.ts';
import { holds, keptFrom } from './snapshot-store.ts';

/** What a room's snapshots need of their surroundings. */
export interface SnapshotSurroundings {
  readonly store: LogStore;
  readonly clock: Clock;
  /** Bytes that the milestones of one room may take. */
  readonly milestoneBytes: number;
  /** There is a new newest snapshot. */
  readonly onCommitted: () => void;
  /** The store failed: what was read of any room before is not sure. */
  readonly onWriteFailed: (error: unknown) => void;
  /** Nothing is being written any more. */
  readonly onIdle: () => void;
}

/** The two newest snapshots of an open room, and what follows from a new one (rules C4, C5 and C7). */
export class RoomSnapshots {
  readonly #roomId: RoomId;
  readonly #around: SnapshotSurroundings;
  /** Snapshots whose files were found damaged: no stream starts with them. */
  #damaged = new WeakSet<SnapshotInfo>();
  #newest: SnapshotInfo | undefined;
  #previous: SnapshotInfo | undefined;
  #floorSeq: number;
  /** Commits and what follows them go one at a time. */
  #last: Promise<void> = Promise.resolve();
  #running = 0;

  constructor(
    roomId: RoomId,
    { snapshot, previousSnapshot, floorSeq }: NewestSnapshots,
    around: SnapshotSurroundings,
  ) {
    this.#roomId = roomId;
    this.#around = around;
    this.#newest = snapshot;
    this.#previous = previousSnapshot;
    this.#floorSeq = floorSeq;
  }

  get newest(): SnapshotInfo | undefined {
    return this.#newest;
  }

  /** The log has every entry from this seq on, and those that the two snapshots keep (rule C5). */
  get floorSeq(): number {
    return this.#floorSeq;
  }

  /** Whether something is being written. */
  get busy(): boolean {
    return this.#running > 0;
  }

  /** Whether streams may still start with this snapshot: it is one of the newest two, and not one that was replaced. */
  isCurrent(snapshot: SnapshotInfo): boolean {
    return snapshot === this.#newest || snapshot === this.#previous;
  }

  /** Whether the log has entry `seq` no more, and the newest snapshot has its content. */
  isOnlyHolder(seq: number): boolean {
    if (this.#newest === undefined || seq >= this.#floorSeq || !holds(this.#newest, seq)) return false;
    return this.#previous === undefined || holds(this.#previous, seq);
  }

  /** The snapshots a stream may start with, best first; before a seq unless that is 0 (rule S6). */
  startsBefore(seq: number): readonly SnapshotInfo[] {
    return [this.#newest, this.#previous].filter(
      (each): each is SnapshotInfo =>
        each !== undefined &&
        each.cursor.seq >= this.#floorSeq &&
        (seq === 0 || each.cursor.seq < seq) &&
        !this.#damaged.has(each),
    );
  }

  /** Its file is not what was stored. */
  foundDamaged(snapshot: SnapshotInfo): void {
    this.#damaged.add(snapshot);
  }

  /** Commits a snapshot; undefined when it is outdated. Throws `StoreError`. What it makes unneeded goes afterwards. */
  async commit(snapshot: Omit<NewSnapshot, 'roomId' | 'createdMs'>): Promise<SnapshotInfo | undefined> {
    return await this.#inTurn(async () => {
      const { store, clock } = this.#around;
      try {
        const info = await store.commitSnapshot({
          ...snapshot,
          roomId: this.#roomId,
          createdMs: clock.epochMs(),
        });
        if (info === undefined) await this.#readAgain();
        else this.#committed(info);
        return info;
      } catch (error) {
        this.#around.onWriteFailed(error);
        await this.#readAgain().catch(() => {});
        throw error;
      }
    });
  }

  /** The store may have other snapshots than it had, and may have mended those that were damaged. */
  readAgain(): void {
    this.#damaged = new WeakSet();
    this.#inTurn(() => this.#readAgain()).catch((error: unknown) => this.#around.onWriteFailed(error));
  }

  /** Resolves when nothing is being written any more. */
  async idle(): Promise<void> {
    while (this.busy) await this.#last;
  }

  #committed(info: SnapshotInfo): void {
    if (this.#newest?.cursor.seq !== info.cursor.seq) {
      this.#previous = this.#newest;
      this.#floorSeq = this.#previous?.cursor.seq ?? 0;
    }
    this.#newest = info;
    this.#around.onCommitted();
    this.#inTurn(() => this.#tidy()).catch((error: unknown) => this.#around.onWriteFailed(error));
  }

  /** Takes out what the newest two make unneeded; what is left undone is done after the next commit. */
  async #tidy(): Promise<void> {
    const { store, clock, milestoneBytes } = this.#around;
    const [newest, previous] = [this.#newest, this.#previous];
    if (newest === undefined || previous === undefined) return;
    const stored = await store.snapshots(this.#roomId);
    const milestones = stored.filter(({ cursor }) => cursor.seq < previous.cursor.seq);
    await store.trim(this.#roomId, {
      beforeSeq: Math.min(previous.cursor.seq, keptFrom(newest), keptFrom(previous)),
      keep: [...newest.kept, ...previous.kept],
      dropSnapshots: thinned(milestones, {
        nowMs: clock.epochMs(),
        bytes: milestoneBytes,
        count: limits.milestones - 2,
      }),
    });
  }

  async #readAgain(): Promise<void> {
    const record = await this.#around.store.room(this.#roomId);
    const known = [this.#newest, this.#previous];
    // Streams that read one of these go on.
    const asKnown = (info: SnapshotInfo | undefined) => known.find((each) => isSame(each, info)) ?? info;
    this.#newest = asKnown(record?.snapshot);
    this.#previous = asKnown(record?.previousSnapshot);
    this.#floorSeq = record?.floorSeq ?? 0;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#running += 1;
    const result = this.#last.then(work);
    this.#last = result.then(
      () => {},
      () => {},
    );
    try {
      return await result;
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#around.onIdle();
    }
  }
}

function isSame(one: SnapshotInfo | undefined, other: SnapshotInfo | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return (
    one.cursor.seq === other.cursor.seq &&
    sameBytes(one.cursor.mark, other.cursor.mark) &&
    sameBytes(one.digest, other.digest)
  );
}
