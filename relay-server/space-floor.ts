import { limits } from '../protocol/limits.ts';
import type { Clock } from './clock.ts';
import { FreeSpace } from './free-space.ts';
import { StoreError } from './log-store.ts';
import { reserveBytes, SpaceReserve } from './space-reserve.ts';

/** Appends are refused while less than this is free, so that the disk never fills (in bytes). */
export const defaultFloorBytes = 64 * 1024 * 1024;

/** Keeps a store from filling its disk: nothing is written while less than the floor is free. A floor of 0 is none. */
export class SpaceFloor {
  readonly #folder: string;
  readonly #floorBytes: number;
  readonly #free: FreeSpace;
  readonly #reserve: SpaceReserve;

  constructor(folder: string, floorBytes: number | undefined, now: Clock['now']) {
    this.#folder = folder;
    this.#floorBytes = floorBytes ?? defaultFloorBytes;
    this.#free = new FreeSpace(folder, now);
    this.#reserve = new SpaceReserve(folder);
  }

  /** Throws `disk-full` where these bytes may not be written; keeps the reserve where there is room for it. */
  async check(bytes = limits.chunkBytes): Promise<void> {
    if (this.#floorBytes === 0) return;
    const freeBytes = await this.#free.beforeWriting(bytes, this.#floorBytes);
    if (this.#reserve.isMissing && freeBytes >= this.#floorBytes + reserveBytes) await this.#reserve.keep();
    if (freeBytes < this.#floorBytes || this.#reserve.isGiven) {
      throw new StoreError('disk-full', `Less than ${this.#floorBytes} bytes are free in ${this.#folder}.`);
    }
  }

  /** Gives the reserve back to the disk, so that a store on a full disk opens. */
  async giveReserve(): Promise<void> {
    await this.#reserve.give();
  }
}
