import type { RoomId } from '../protocol/ids.ts';
import type { Clock } from './clock.ts';

/**
 * Snapshots of one room for what was written to it: so many at once, and then one in so long. Each costs an editor the sealing of all its
 * document and the relay a file, and a flood would ask for one after each 64 KiB. What comes meanwhile is bounded by the room's cap (C6).
 */
export const snapshotPace = { burst: 20, everyMs: 30_000 } as const;
const burstMs = snapshotPace.burst * snapshotPace.everyMs;

/** How fast the snapshots of one room follow each other. */
export interface SnapshotPace {
  /** When the next one is within it. */
  readonly nextMs: number;
  /** There is another one. */
  made(): void;
}

/** The paces of all rooms, open or not: who leaves one and joins again gets no further burst. */
export class SnapshotPaces {
  readonly #clock: Clock;
  /** Until when what was made lasts, for as long as it does; the room with the newest snapshot is the last. */
  readonly #paidMs = new Map<RoomId, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Rooms that are remembered: those of the last ten minutes. */
  get size(): number {
    return this.#paidMs.size;
  }

  of(roomId: RoomId): SnapshotPace {
    const nextMs = () =>
      (this.#paidMs.get(roomId) ?? Number.NEGATIVE_INFINITY) + snapshotPace.everyMs - burstMs;
    return {
      get nextMs() {
        return nextMs();
      },
      made: () => this.#made(roomId),
    };
  }

  #made(roomId: RoomId): void {
    const now = this.#clock.now();
    const paidMs = Math.max(this.#paidMs.get(roomId) ?? now, now) + snapshotPace.everyMs;
    this.#paidMs.delete(roomId);
    // Not more than the burst is owed: some are made for other reasons.
    this.#paidMs.set(roomId, Math.min(paidMs, now + burstMs));
    for (const [other, untilMs] of this.#paidMs) {
      if (untilMs > now) break;
      this.#paidMs.delete(other);
    }
  }
}
