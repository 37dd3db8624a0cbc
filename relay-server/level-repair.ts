import { dirname } from 'node:path';
import type { Clock } from './clock.ts';
import { isDiskFull } from './level-database.ts';
import { findDamage } from './level-files.ts';
import { finishSalvage, salvageDatabase } from './level-salvage.ts';
import { ShortRuns } from './short-runs.ts';

const mib = 1024 * 1024;
/** After so many short runs in a row all of them are, however long it takes: one alone is a kill like any other. */
const mostShortRuns = 2;
/** All rooms wait for a try, which may read gigabytes; what it failed for, such as a full disk, takes a person minutes. */
const pauseMs = 10 * 60_000;

/** How a database is mended. */
export interface RepairOptions {
  readonly location: string;
  readonly clock: Pick<Clock, 'now' | 'epochMs' | 'setTimer'>;
  /** Gives the reserve back to the disk. */
  readonly giveReserve: () => Promise<void>;
  /** A line for the operator. */
  readonly warn: ((line: string) => void) | undefined;
  /** Tables of up to so many bytes in all are checked at every start: of 32 MiB that takes less than half a second. */
  readonly quickCheckBytes?: number;
}

/**
 * Mends a database that is closed, and locked for this process. LevelDB's own repair is not used: it reads without
 * checksums and keeps tables with keys out of order, over which LevelDB ends the process when it compacts them.
 */
export class DatabaseRepairs {
  readonly #options: RepairOptions;
  readonly #runs: ShortRuns;
  /** Up to how many bytes of tables are checked before the next opening: unknown before the first, none after it. */
  #checkedBytes: number | undefined;
  /** The last try, where it failed, and until when there is no other. */
  #failure: { readonly error: unknown; readonly untilMs: number } | undefined;

  constructor(options: RepairOptions) {
    this.#options = options;
    this.#runs = new ShortRuns(`${options.location}.short-runs`, options.clock.setTimer);
  }

  /** Before the database is opened: ends what a crash has interrupted, and sees to it that LevelDB opens nothing that would end it or that it would delete. */
  async prepare(): Promise<void> {
    const { location, clock, quickCheckBytes = 32 * mib } = this.#options;
    await finishSalvage(location, clock.epochMs());
    this.#checkedBytes ??= await this.#begin(quickCheckBytes);
    const damage = await findDamage(location, this.#checkedBytes);
    if (damage !== 'none') {
      try {
        await this.repair();
      } catch (error) {
        // Most rooms can be read in what LevelDB opens. Where it has just ended the process twice, it would do so again.
        const isUsable = damage === 'tables' && this.#checkedBytes <= quickCheckBytes;
        if (!isUsable || !isDiskFull(error)) throw error;
      }
    }
    // What is damaged later is noticed when it is read.
    this.#checkedBytes = 0;
  }

  /** The database is open: the run is no short one when it goes on for a while. */
  opened(): void {
    this.#runs.opened();
  }

  /** Copies what can be read into a fresh database. Where that fails, the operator is told, and until a pause is over it throws the same again. */
  async repair(): Promise<void> {
    const { location, clock, giveReserve, warn } = this.#options;
    if (this.#failure !== undefined && clock.now() < this.#failure.untilMs) throw this.#failure.error;
    this.#failure = undefined;
    try {
      await salvageDatabase(location, { nowMs: clock.epochMs(), giveReserve, warn });
    } catch (error) {
      this.#failure = { error, untilMs: clock.now() + pauseMs };
      const reason = error instanceof Error ? error.message : String(error);
      warn?.(`The database in ${location} is damaged and could not be copied: ${reason}`);
      throw error;
    }
  }

  /** The process ends in order: after the database is closed. A check that did not end well is due again at the next start. */
  async close(): Promise<void> {
    if (this.#checkedBytes === 0) await this.#runs.end();
  }

  /** Gives up to how many bytes of tables are checked. */
  async #begin(quickCheckBytes: number): Promise<number> {
    const shortRuns = await this.#runs.begin();
    if (shortRuns < mostShortRuns) return quickCheckBytes;
    this.#options.warn?.(
      `The last ${shortRuns} runs on ${dirname(this.#options.location)} ended soon after their start; all of the database is checked first.`,
    );
    return Number.POSITIVE_INFINITY;
  }
}
