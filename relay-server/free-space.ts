import { statfs } from 'node:fs/promises';
import type { Clock } from './clock.ts';

/** An answer is good for this long, and only where there is this much more than needed: near the floor it asks each time. */
const goodForMs = 250;
const plentyBytes = 256 * 1024 * 1024;

/** How much room a folder's file system has. Where there is plenty it asks now and then: asking costs as much as an append. */
export class FreeSpace {
  readonly #folder: string;
  readonly #now: Clock['now'];
  #goodUntilMs = Number.NEGATIVE_INFINITY;
  #bytes = 0;

  constructor(folder: string, now: Clock['now']) {
    this.#folder = folder;
    this.#now = now;
  }

  /** Free bytes; `bytes` are about to be written, of which `floorBytes` are to be left. */
  async beforeWriting(bytes: number, floorBytes: number): Promise<number> {
    this.#bytes -= bytes;
    if (this.#now() < this.#goodUntilMs && this.#bytes >= floorBytes + plentyBytes) return this.#bytes;
    const { bavail, bsize } = await statfs(this.#folder);
    this.#goodUntilMs = this.#now() + goodForMs;
    this.#bytes = bavail * bsize;
    return this.#bytes;
  }
}
