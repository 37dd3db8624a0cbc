import type { Clock } from './clock.ts';

/** A room with entries that are durable and not yet sent to its live members. */
export interface Publisher {
  publish(): void;
}

/** A flush shorter than this needs no pause after it: some 400 members. */
const shortFlushMs = 6;
/** A pause is this many times as long as the flush before it, so that fan-out to less than 1,000 members leaves half of the CPU. */
const pausePerFlush = 1.25;
/** No reader waits longer than this for an entry because of pacing. */
const longestPauseMs = 50;

/**
 * When entries leave for live members: at once while flushes are short; else the next flush waits somewhat
 * longer than the last one took, at most 50 ms, so that under load frames carry more entries instead of becoming more (rule A6).
 */
export class FanOut {
  readonly #clock: Clock;
  readonly #waiting = new Set<Publisher>();
  #pauseUntil = 0;
  #timerRuns = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Publishes the room now or at the end of the pause. */
  request(room: Publisher): void {
    this.#waiting.add(room);
    const pauseMs = this.#pauseUntil - this.#clock.now();
    if (pauseMs <= 0) {
      this.flush();
    } else if (!this.#timerRuns) {
      this.#timerRuns = true;
      this.#clock.setTimer(() => {
        this.#timerRuns = false;
        this.flush();
      }, pauseMs);
    }
  }

  /** Publishes every waiting room now. */
  flush(): void {
    const start = this.#clock.now();
    for (const room of this.#waiting) {
      this.#waiting.delete(room);
      room.publish();
    }
    const end = this.#clock.now();
    const tookMs = end - start;
    this.#pauseUntil = tookMs < shortFlushMs ? 0 : end + Math.min(longestPauseMs, pausePerFlush * tookMs);
  }
}
