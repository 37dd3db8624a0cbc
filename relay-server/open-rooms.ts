import type { RoomId } from '../protocol/ids.ts';
import { idBytes } from '../protocol/ids.ts';
import type { Clock } from './clock.ts';
import { CommitQueue } from './commit-queue.ts';
import { DamagedRooms } from './damaged-rooms.ts';
import { FanOut } from './fan-out.ts';
import type { LogStore, RoomRecord } from './log-store.ts';
import { isDamage } from './log-store.ts';
import type { RelayConfig } from './relay-config.ts';
import { Room } from './room.ts';
import { SnapshotPaces } from './snapshot-paces.ts';

/** A room that is open or being opened, and how many joins wait for it. */
interface OpenRoom {
  opening: Promise<Room | undefined>;
  /** Set as soon as it is made, so that no failed write is missed. */
  room: Room | undefined;
  joins: number;
}

/** What rooms need of the relay. */
export interface OpenRoomsOptions {
  readonly store: LogStore;
  readonly clock: Clock;
  readonly random: (bytes: number) => Uint8Array;
  readonly warn: (line: string) => void;
  readonly config: RelayConfig;
}

/** The rooms that someone is in, and what they share: one queue of writes, one pace of sending, and what a failed write means for all. */
export class OpenRooms {
  readonly damaged: DamagedRooms;
  readonly #options: OpenRoomsOptions;
  readonly #commits: CommitQueue;
  readonly #fanOut: FanOut;
  readonly #snapshotPaces: SnapshotPaces;
  readonly #rooms = new Map<RoomId, OpenRoom>();
  #writeFailures = 0;

  constructor(options: OpenRoomsOptions) {
    const { store, clock, warn } = options;
    this.#options = options;
    this.#fanOut = new FanOut(clock);
    this.#snapshotPaces = new SnapshotPaces(clock);
    this.#commits = new CommitQueue(
      (entries) => store.append(entries),
      (error) => this.#writeFailed(error),
      clock,
    );
    this.damaged = new DamagedRooms({
      store,
      betweenWrites: (task) => this.#commits.between(task),
      warn,
      events: {
        onStarted: (roomId) => this.#rooms.get(roomId)?.room?.log.hold(),
        onStepFailed: () => this.#distrustHeads(),
        onRepaired: (roomId) => this.#repaired(roomId),
        onEnded: (roomId) => this.#rooms.get(roomId)?.room?.log.release(),
      },
    });
  }

  /** How many there are. */
  get size(): number {
    return this.#rooms.size;
  }

  /** Writes that failed since the start. */
  get writeFailures(): number {
    return this.#writeFailures;
  }

  /** Runs `use` with the room, which stays open meanwhile; undefined where there is none and `mayCreate` says no (rule J5). */
  async with(
    roomId: RoomId,
    mayCreate: () => boolean,
    use: (room: Room | undefined) => Promise<void>,
  ): Promise<void> {
    const open = this.#rooms.get(roomId) ?? { opening: this.#openRoom(roomId), room: undefined, joins: 0 };
    this.#rooms.set(roomId, open);
    open.joins += 1;
    try {
      await use(await this.#opened(roomId, open, mayCreate));
    } finally {
      open.joins -= 1;
      this.#dropIfUnused(roomId);
    }
  }

  /** Resolves when writes under way have ended and what they stored has been sent. */
  async finish(): Promise<void> {
    await Promise.all([...this.#rooms.values()].map(({ room }) => room?.idle()));
    this.#fanOut.flush();
  }

  /** Of several that ask for a room together, one creates it. */
  async #opened(roomId: RoomId, open: OpenRoom, mayCreate: () => boolean): Promise<Room | undefined> {
    try {
      for (;;) {
        const { opening } = open;
        const room = await opening;
        if (room !== undefined) return room;
        if (open.opening !== opening) continue;
        if (!mayCreate()) return undefined;
        open.opening = this.#createRoom(roomId);
      }
    } catch (error) {
      if (this.#rooms.get(roomId) === open) this.#rooms.delete(roomId);
      throw error;
    }
  }

  async #openRoom(roomId: RoomId): Promise<Room | undefined> {
    const { store } = this.#options;
    await this.damaged.settled(roomId);
    const failures = this.#writeFailures;
    const record = await store.room(roomId).catch(async (error: unknown) => {
      if (!isDamage(error)) throw error;
      await this.damaged.repair(roomId);
      return await store.room(roomId);
    });
    return record === undefined ? undefined : this.#makeRoom(roomId, record, failures);
  }

  async #createRoom(roomId: RoomId): Promise<Room> {
    const { store, random } = this.#options;
    const failures = this.#writeFailures;
    try {
      const record = await store.createRoom(roomId, random(idBytes));
      return this.#makeRoom(roomId, record, failures);
    } catch (error) {
      this.#writeFailed(error);
      throw error;
    }
  }

  /** `failures` is how many writes had failed when the record was read: after another one its head is not sure. */
  #makeRoom(roomId: RoomId, record: RoomRecord, failures: number): Room {
    const { store, clock, config } = this.#options;
    const room = new Room(roomId, record, {
      store,
      commits: this.#commits,
      fanOut: this.#fanOut,
      snapshotPaces: this.#snapshotPaces,
      clock,
      onDamage: () => void this.damaged.repair(roomId),
      config,
      onWriteFailed: (error) => this.#writeFailed(error),
      onUnused: () => this.#dropIfUnused(roomId),
    });
    const open = this.#rooms.get(roomId);
    if (open !== undefined) open.room = room;
    if (this.damaged.isUnderWay(roomId)) room.log.hold();
    if (failures !== this.#writeFailures) room.log.checkHead();
    return room;
  }

  #dropIfUnused(roomId: RoomId): void {
    const open = this.#rooms.get(roomId);
    if (open !== undefined && open.joins === 0 && open.room?.inUse !== true) this.#rooms.delete(roomId);
  }

  #repaired(roomId: RoomId): void {
    this.#distrustHeads();
    const room = this.#rooms.get(roomId)?.room;
    room?.log.checkHead();
    room?.snapshots.readAgain();
  }

  #writeFailed(error: unknown): void {
    this.#options.warn(`write failed: ${error instanceof Error ? error.message : String(error)}`);
    this.#distrustHeads();
  }

  #distrustHeads(): void {
    this.#writeFailures += 1;
    for (const { room } of this.#rooms.values()) room?.log.distrustHead();
  }
}
