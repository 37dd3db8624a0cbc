import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { finishSalvage, salvageDatabase } from './level-salvage.ts';

/**
 * Whether LevelDB's files are there and those that name them are not. Without `CURRENT`, LevelDB would make an empty
 * database and delete them.
 */
async function hasLostItsIndex(location: string): Promise<boolean> {
  const files: readonly string[] = await ifThere(readdir(location), []);
  const manifest = (await ifThere(readFile(join(location, 'CURRENT'), 'utf8'), '')).trim();
  return !files.includes(manifest) && files.some((file) => /\.(?:ldb|sst|log)$/u.test(file));
}

/**
 * Builds LevelDB's index anew from what can be read of its files; what cannot is left in `lost/`. It reads all of
 * them, so it takes as long as that. What is missing afterwards is found room by room.
 */
async function repairDatabase(location: string, warn: ((line: string) => void) | undefined): Promise<void> {
  warn?.(`The database in ${location} is damaged; its files are being repaired.`);
  await ClassicLevel.repair(location);
}

/** How often LevelDB's own repair is tried before what is readable is copied. */
const mostRepairs = 2;

/** Mends a database that is closed: with LevelDB's repair, and where that has not helped a few times, by copying. */
export class DatabaseRepairs {
  readonly #location: string;
  readonly #nowMs: () => number;
  readonly #warn: ((line: string) => void) | undefined;
  #repairs = 0;

  constructor(location: string, nowMs: () => number, warn: ((line: string) => void) | undefined) {
    this.#location = location;
    this.#nowMs = nowMs;
    this.#warn = warn;
  }

  /** Before the database is opened: ends what a crash has interrupted, and sees to it that LevelDB does not begin anew. */
  async prepare(): Promise<void> {
    await finishSalvage(this.#location, this.#nowMs());
    if (await hasLostItsIndex(this.#location)) await this.repair();
  }

  async repair(): Promise<void> {
    this.#repairs += 1;
    if (this.#repairs <= mostRepairs) {
      await repairDatabase(this.#location, this.#warn);
    } else {
      await salvageDatabase(this.#location, this.#nowMs(), this.#warn);
      this.#repairs = 0;
    }
  }
}

async function ifThere<T>(reading: Promise<T>, otherwise: T): Promise<T> {
  return await reading.catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return otherwise;
    throw error;
  });
}
