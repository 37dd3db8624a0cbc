import { readFile, rm, writeFile } from 'node:fs/promises';
import type { Clock } from './clock.ts';

/** A run that ends sooner without being closed is short: damage that ends the process when LevelDB opens has done so by then. */
const shortRunMs = 60_000;

/** Counts, in a file, how many runs in a row have ended shortly after their start without being closed. */
export class ShortRuns {
  readonly #path: string;
  readonly #setTimer: Clock['setTimer'];
  #cancel: (() => void) | undefined;

  constructor(path: string, setTimer: Clock['setTimer']) {
    this.#path = path;
    this.#setTimer = setTimer;
  }

  /** Begins a run, and gives how many short ones came before it. */
  async begin(): Promise<number> {
    const before = Number.parseInt(await readFile(this.#path, 'utf8').catch(() => '0'), 10) || 0;
    // Where there is no room for a byte, nothing is counted.
    await writeFile(this.#path, String(before + 1), { mode: 0o600 }).catch(() => {});
    return before;
  }

  /** LevelDB has opened the database: what came before, however long it took, says nothing about how long it stays open. */
  opened(): void {
    this.#cancel = this.#setTimer(() => void this.end(), shortRunMs);
  }

  /** Ends the run in order, or says that it is no short one. */
  async end(): Promise<void> {
    this.#cancel?.();
    await rm(this.#path, { force: true }).catch(() => {});
  }
}
