import type { Clock } from './clock.ts';

/** First wait after a refusal that may pass, in ms. */
const firstMs = 1000;
/** Longest wait; a relay that has room again is found within this time. */
const longestMs = 30_000;

/** Waits between refusals: each in a row twice as long as the one before, half of it at random. */
export class Pauses {
  #inARow = 0;
  #cancel: (() => void) | undefined;

  constructor(private readonly clock: Clock) {}

  /** Calls `over` after the next wait. */
  pause(over: () => void): void {
    this.cancel();
    const waitMs = Math.min(longestMs, firstMs * 2 ** this.#inARow) * (0.5 + this.clock.random() / 2);
    this.#inARow += 1;
    this.#cancel = this.clock.after(waitMs, () => {
      this.#cancel = undefined;
      over();
    });
  }

  /** Ends the wait under way without calling back; whether there was one. */
  cancel(): boolean {
    const cancel = this.#cancel;
    this.#cancel = undefined;
    cancel?.();
    return cancel !== undefined;
  }

  /** All is well: the next wait is the first again. */
  reset(): void {
    this.#inARow = 0;
  }
}
