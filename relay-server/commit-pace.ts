import type { Clock } from './clock.ts';

/** Writes that follow each other within this long count as one stretch: more than 200 a second. */
const stretchGapMs = 5;
/** A stretch of fewer writes is a few people, for whom each write starts at once. */
const shortStretch = 20;
/** A pause is this many times as long as the write before it, so that a busy relay syncs a ninth of the time … */
const pausePerWrite = 8;
/** … but nobody waits longer than this for it. A write and its sync cost as much CPU as sending ten entries. */
const longestPauseMs = 3;

/**
 * How long the next write waits, so that many rooms share it where there are many: a sync costs the same for one entry
 * and for a hundred.
 */
export class CommitPace {
  readonly #clock: Clock;
  #lastEndMs = Number.NEGATIVE_INFINITY;
  #startMs = 0;
  #stretch = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A write starts. */
  started(): void {
    this.#startMs = this.#clock.now();
    this.#stretch = this.#startMs - this.#lastEndMs < stretchGapMs ? this.#stretch + 1 : 0;
  }

  /** The write has ended: resolves when the next may start. */
  async ended(): Promise<void> {
    this.#lastEndMs = this.#clock.now();
    if (this.#stretch < shortStretch) return;
    const pauseMs = Math.min(longestPauseMs, pausePerWrite * (this.#lastEndMs - this.#startMs));
    if (pauseMs > 0) await new Promise<void>((resolve) => this.#clock.setTimer(resolve, pauseMs));
  }
}
