import type { Clock } from './clock.ts';

/** How long a connection has been in no room, without what it waited for turns of its address. */
export class JoinTimer {
  readonly #clock: Clock;
  readonly #withinMs: number;
  readonly #ring: () => void;
  /** What is left as of `#sinceMs`; undefined while nothing is timed. */
  #leftMs: number | undefined;
  #sinceMs = 0;
  #isPaused = false;
  #cancel: () => void = () => {};

  /** Calls `ring` once when that was `withinMs`. */
  constructor(clock: Clock, withinMs: number, ring: () => void) {
    this.#clock = clock;
    this.#withinMs = withinMs;
    this.#ring = ring;
  }

  /** Begins anew, when it is not paused. */
  start(): void {
    this.#leftMs = this.#withinMs;
    this.#run();
  }

  stop(): void {
    this.#leftMs = undefined;
    this.#cancel();
  }

  pause(): void {
    if (this.#leftMs !== undefined && !this.#isPaused) this.#leftMs -= this.#clock.now() - this.#sinceMs;
    this.#isPaused = true;
    this.#cancel();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#run();
  }

  #run(): void {
    this.#cancel();
    if (this.#leftMs === undefined || this.#isPaused) return;
    this.#sinceMs = this.#clock.now();
    this.#cancel = this.#clock.setTimer(this.#ring, Math.max(0, this.#leftMs));
  }
}
