import { dirname } from 'node:path';
import type { Clock } from './clock.ts';
import { isDamaged } from './level-files.ts';
import { finishSalvage, salvageDatabase } from './level-salvage.ts';
import { ShortRuns } from './short-runs.ts';

const mib = 1024 * 1024;
/** After so many short runs in a row all of them are, however long it takes: one alone is a kill like any other. */
const mostShortRuns = 2;

/**
 * Mends a database that is closed, and locked for this process. LevelDB's own repair is not used: it reads without
 * checksums and keeps tables with keys out of order, over which LevelDB ends the process when it compacts them.
 */
export class DatabaseRepairs {
  readonly #location: string;
  readonly #clock: Pick<Clock, 'epochMs' | 'setTimer'>;
  readonly #warn: ((line: string) => void) | undefined;
  readonly #quickCheckBytes: number;
  readonly #runs: ShortRuns;
  /** Up to how many bytes of tables are checked before the next opening: unknown before the first, none after it. */
  #checkedBytes: number | undefined;

  /** Tables of up to `quickCheckBytes` in all are checked at every start: of 32 MiB that takes less than half a second. */
  constructor(
    location: string,
    clock: Pick<Clock, 'epochMs' | 'setTimer'>,
    warn: ((line: string) => void) | undefined,
    quickCheckBytes = 32 * mib,
  ) {
    this.#location = location;
    this.#clock = clock;
    this.#warn = warn;
    this.#quickCheckBytes = quickCheckBytes;
    this.#runs = new ShortRuns(`${location}.short-runs`, clock.setTimer);
  }

  /** Before the database is opened: ends what a crash has interrupted, and sees to it that LevelDB opens nothing that would end it or that it would delete. */
  async prepare(): Promise<void> {
    await finishSalvage(this.#location, this.#clock.epochMs());
    this.#checkedBytes ??= await this.#begin();
    if (await isDamaged(this.#location, this.#checkedBytes)) await this.repair();
    // What is damaged later is noticed when it is read.
    this.#checkedBytes = 0;
  }

  /** The database is open: the run is no short one when it goes on for a while. */
  opened(): void {
    this.#runs.opened();
  }

  async repair(): Promise<void> {
    await salvageDatabase(this.#location, this.#clock.epochMs(), this.#warn);
  }

  /** The process ends in order: after the database is closed. A check that did not end well is due again at the next start. */
  async close(): Promise<void> {
    if (this.#checkedBytes === 0) await this.#runs.end();
  }

  /** Gives up to how many bytes of tables are checked. */
  async #begin(): Promise<number> {
    const shortRuns = await this.#runs.begin();
    if (shortRuns < mostShortRuns) return this.#quickCheckBytes;
    this.#warn?.(
      `The last ${shortRuns} runs on ${dirname(this.#location)} ended soon after their start; all of the database is checked first.`,
    );
    return Number.POSITIVE_INFINITY;
  }
}
