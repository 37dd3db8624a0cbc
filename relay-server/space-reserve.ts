import { randomBytes } from 'node:crypto';
import { open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * LevelDB writes its newest log into a table when it is opened, and does not open where there is no room for that: two
 * logs of 4 MiB and the largest batch.
 */
export const reserveBytes = 16 * 1024 * 1024;

/** Disk space that is given up when the disk is full to the last byte and the store has to be opened to be read. */
export class SpaceReserve {
  readonly #path: string;
  #isThere = false;
  #wasGiven = false;

  constructor(dataFolder: string) {
    this.#path = join(dataFolder, 'reserve');
  }

  /** Whether it is missing; so it is before the first `keep`. */
  get isMissing(): boolean {
    return !this.#isThere;
  }

  /** Whether it was given up and is not there again: what it gave is for opening, not for writing on. */
  get isGiven(): boolean {
    return this.#wasGiven && !this.#isThere;
  }

  /** Takes the space, unless it has it. Having none is no error. */
  async keep(): Promise<void> {
    const present = await stat(this.#path).catch(() => undefined);
    this.#isThere = present?.size === reserveBytes;
    if (this.#isThere) return;
    // A file system that compresses would keep no space for zeros.
    const block = randomBytes(1024 * 1024);
    try {
      const file = await open(this.#path, 'w', 0o600);
      try {
        for (let at = 0; at < reserveBytes; at += block.length) await file.writeFile(block);
      } finally {
        await file.close();
      }
      this.#isThere = true;
    } catch {
      await rm(this.#path, { force: true });
    }
  }

  /** Gives the space back to the disk. */
  async give(): Promise<void> {
    this.#isThere = false;
    this.#wasGiven = true;
    await rm(this.#path, { force: true });
  }
}
