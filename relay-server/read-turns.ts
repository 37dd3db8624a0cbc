/** Readings of the store that go on at once: enough to keep the disk busy. */
const mostAtOnce = 3;

/**
 * Who reads the log next, in the order of asking. A few go on at once, and the next start in a later turn of the event loop:
 * an edit that comes while many join waits for these and not for all of them.
 */
export class ReadTurns {
  readonly #waiting: (() => Promise<void>)[] = [];
  #active = 0;

  /** Calls `read` when its turn has come; settles as it does. */
  take<Result>(read: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => read().then(resolve, reject));
      this.#startNext();
    });
  }

  #startNext(): void {
    if (this.#active === mostAtOnce) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#active += 1;
    void next().then(() => {
      setImmediate(() => {
        this.#active -= 1;
        this.#startNext();
      });
    });
  }
}
