/** How long someone may do nothing before they count as idle: reading a page without scrolling takes less. */
export const idleAfterMs = 3 * 60_000;

/** Time as the watch sees it; `after` gives the function that cancels. */
export interface IdleClock {
  now(): number;
  after(delayMs: number, callback: () => void): () => void;
}

/** Whether a person is idle: looks at another window, or has done nothing here for `idleAfterMs`. */
export class IdleWatch {
  #lastMs: number;
  #hidden = false;
  #idle = false;
  #cancel: () => void = () => {};

  constructor(
    private readonly clock: IdleClock,
    private readonly onChange: (idle: boolean) => void,
  ) {
    this.#lastMs = clock.now();
    this.#look();
  }

  /** The person did something here. Cheap enough for every key. */
  active(): void {
    this.#lastMs = this.clock.now();
    if (this.#idle) this.#look();
  }

  /** The window was hidden or shown; showing it counts as doing something. */
  visible(visible: boolean): void {
    this.#hidden = !visible;
    if (visible) this.#lastMs = this.clock.now();
    this.#look();
  }

  stop(): void {
    this.#cancel();
  }

  #look(): void {
    this.#cancel();
    // A clock that was set back says that less than nothing has passed.
    const restMs = Math.min(idleAfterMs, idleAfterMs - (this.clock.now() - this.#lastMs));
    const idle = this.#hidden || restMs <= 0;
    if (!idle) this.#cancel = this.clock.after(restMs, () => this.#look());
    if (idle === this.#idle) return;
    this.#idle = idle;
    this.onChange(idle);
  }
}
