import type { Addresses } from './addresses.ts';
import type { Clock } from './clock.ts';

/** What an upload has to reach over its whole time. */
export const uploadPaces = {
  /** A chunk a minute, as the pause allows (9 kbit/s). */
  leastBytesPerSecond: 1024,
  /** When others wait for its place, or could do it in its place: a chunk in four seconds (128 kbit/s). */
  busyBytesPerSecond: 16 * 1024,
  /** No upload is called slow before this. */
  graceMs: 60_000,
} as const;

/** One upload's place. */
export interface Slot {
  /** Resolves when the upload may be stored; never, where it is released before. */
  readonly turn: Promise<void>;
  /** Counts bytes that came; says whether the upload is fast enough to go on. */
  keepsPace(bytes: number): boolean;
  release(): void;
}

/**
 * How many uploads of all members may be spooled at once; each holds a file and up to a window in memory. Someone who sends
 * next to nothing cannot hold a place for long: not at all below one pace, and below another only while nobody waits.
 */
export class UploadSlots {
  readonly #most: number;
  readonly #addresses: Addresses;
  readonly #clock: Clock;
  readonly #taken = new Set<{ readonly bytesPerSecond: () => number; readonly evict: () => void }>();

  constructor(most: number, addresses: Addresses, clock: Clock) {
    this.#most = most;
    this.#addresses = addresses;
    this.#clock = clock;
  }

  /** A place for an upload from this address, or undefined where none is free. `evict` has to release it. */
  take(address: string, evict: () => void): Slot | undefined {
    // First of all: an address that may have no more of them makes nobody leave.
    const leave = this.#addresses.openUpload(address);
    if (leave === undefined) return undefined;
    if (this.#taken.size >= this.#most) this.#evictSlowest();
    if (this.#taken.size >= this.#most) {
      leave();
      return undefined;
    }
    let giveTurnUp = () => {};
    let waits = true;
    const turn = new Promise<void>((resolve) => {
      giveTurnUp = this.#addresses.turnsOf(address).uploadTurns.take('upload', () => {
        waits = false;
        resolve();
      });
    });
    const startedMs = this.#clock.now();
    let received = 0;
    const bytesPerSecond = () => {
      const elapsedMs = this.#clock.now() - startedMs;
      return elapsedMs < uploadPaces.graceMs ? Number.POSITIVE_INFINITY : (received / elapsedMs) * 1000;
    };
    // Who waits for a turn goes first: its address has had more than others.
    const holder = { bytesPerSecond: () => (waits ? 0 : bytesPerSecond()), evict };
    this.#taken.add(holder);
    return {
      turn,
      keepsPace: (bytes) => {
        received += bytes;
        return bytesPerSecond() >= uploadPaces.leastBytesPerSecond;
      },
      release: () => {
        if (!this.#taken.delete(holder)) return;
        giveTurnUp();
        leave();
      },
    };
  }

  #evictSlowest(): void {
    let slowest: { readonly evict: () => void } | undefined;
    let least: number = uploadPaces.busyBytesPerSecond;
    for (const holder of this.#taken) {
      const pace = holder.bytesPerSecond();
      if (pace >= least) continue;
      least = pace;
      slowest = holder;
    }
    slowest?.evict();
  }
}
