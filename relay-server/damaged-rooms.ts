import type { RoomId } from '../protocol/ids.ts';
import type { LogStore } from './log-store.ts';

/** What has been found damaged since the relay was started. */
export interface DamageCount {
  readonly rooms: number;
  readonly entries: number;
}

/** What happens to an open room while it is repaired. */
export interface RepairEvents {
  /** Nothing is appended to the room from the next write on. */
  readonly onStarted: (roomId: RoomId) => void;
  /** Something failed: what was read of any room before is not sure. Called before the next write. */
  readonly onStepFailed: (error: unknown) => void;
  /** The room's history is another. */
  readonly onRepaired: (roomId: RoomId) => void;
  /** Appends may go on. */
  readonly onEnded: (roomId: RoomId) => void;
}

/**
 * Repairs rooms that were found damaged, each once at a time, in steps between the relay's writes, so that only the room
 * itself waits. The operator is told.
 */
export class DamagedRooms {
  readonly #store: LogStore;
  readonly #betweenWrites: (task: () => Promise<void>) => Promise<void>;
  readonly #warn: (line: string) => void;
  readonly #events: RepairEvents;
  readonly #repairs = new Map<RoomId, Promise<void>>();
  /** The last thing the operator was told of rooms whose repair failed. */
  readonly #failures = new Map<RoomId, string>();
  #rooms = 0;
  #entries = 0;

  constructor(options: {
    store: LogStore;
    betweenWrites: (task: () => Promise<void>) => Promise<void>;
    warn: (line: string) => void;
    events: RepairEvents;
  }) {
    this.#store = options.store;
    this.#betweenWrites = options.betweenWrites;
    this.#warn = options.warn;
    this.#events = options.events;
  }

  get count(): DamageCount {
    return { rooms: this.#rooms, entries: this.#entries };
  }

  /** Whether the room is being repaired. */
  isUnderWay(roomId: RoomId): boolean {
    return this.#repairs.has(roomId);
  }

  /** Resolves when a repair of the room that is under way has ended; never rejects. */
  async settled(roomId: RoomId): Promise<void> {
    await this.#repairs.get(roomId);
  }

  /** Repairs the room, unless that is under way. Resolves when it has been tried; the operator is told how it went. Never rejects. */
  repair(roomId: RoomId): Promise<void> {
    const underWay = this.#repairs.get(roomId);
    if (underWay !== undefined) return underWay;
    this.#events.onStarted(roomId);
    const repair = this.#repair(roomId).finally(() => {
      this.#repairs.delete(roomId);
      this.#events.onEnded(roomId);
    });
    this.#repairs.set(roomId, repair);
    return repair;
  }

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      void this.#betweenWrites(() =>
        step().then(resolve, (error: unknown) => {
          this.#events.onStepFailed(error);
          reject(error);
        }),
      );
    });
  }

  async #repair(roomId: RoomId): Promise<void> {
    try {
      const damage = await this.#store.repair(roomId, (step) => this.#inTurn(step));
      this.#failures.delete(roomId);
      if (damage === undefined) return;
      this.#rooms += 1;
      this.#entries += damage.lostEntries;
      const { newHistoryFrom, lostEntries, coveredEntries, lostSnapshots } = damage;
      const lost = `entries in quarantine: ${lostEntries}, of which snapshots cover ${coveredEntries}; snapshots: ${lostSnapshots}`;
      const isWhole = lostEntries === coveredEntries;
      const then =
        newHistoryFrom === undefined
          ? `nothing is missing${isWhole ? '' : ' but what the editors of its snapshots could not open'}`
          : `its history is new from entry ${newHistoryFrom} on, and editors send what it lacks`;
      this.#warn(`room ${roomId} was damaged (${lost}); ${then}`);
      this.#events.onRepaired(roomId);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (this.#failures.get(roomId) === reason) return;
      this.#failures.set(roomId, reason);
      this.#warn(`room ${roomId} is damaged and could not be repaired: ${reason}`);
    }
  }
}
