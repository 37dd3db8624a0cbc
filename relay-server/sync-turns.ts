import type { Clock } from './clock.ts';

/** After a sync the disk is the log's for this many times as long as it took … */
export const restPerSync = 2;
/** … but no longer than this: a large file takes long to sync, and the next one has to come to disk as well. */
const longestRestMs = 50;

/**
 * Syncs of files and folders, one at a time and with rests between, in the order of asking: the log's own sync waits on the disk for
 * those under way, and each takes one of the few threads that it needs.
 */
export class SyncTurns {
  readonly #clock: Clock;
  #last: Promise<void> = Promise.resolve();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `sync` when its turn has come; settles as it does. */
  take<Result>(sync: () => Promise<Result>): Promise<Result> {
    let startMs = 0;
    const result = this.#last.then(() => {
      startMs = this.#clock.now();
      return sync();
    });
    const over = () => this.#rest(this.#clock.now() - startMs);
    this.#last = result.then(over, over);
    return result;
  }

  async #rest(afterMs: number): Promise<void> {
    const restMs = Math.min(longestRestMs, restPerSync * afterMs);
    await new Promise<void>((resolve) => this.#clock.setTimer(resolve, restMs));
  }
}
