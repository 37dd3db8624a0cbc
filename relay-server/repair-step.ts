/** Work that pauses after each step, which takes little time and memory however much there is to do (guarantee G7). */
export type InSteps<T> = AsyncGenerator<void, T, void>;

/** Counts the work of a step: many small places cost time, and few large ones memory. */
export class StepSize {
  readonly #mostBytes: number;
  readonly #mostPlaces: number;
  #bytes = 0;
  #places = 0;

  constructor(mostBytes = 1024 * 1024, mostPlaces = 500) {
    this.#mostBytes = mostBytes;
    this.#mostPlaces = mostPlaces;
  }

  /** Adds a place with this many bytes; says whether the step is over, and begins the next one then. */
  isFull(bytes: number): boolean {
    this.#bytes += bytes;
    this.#places += 1;
    if (this.#bytes < this.#mostBytes && this.#places < this.#mostPlaces) return false;
    this.#bytes = 0;
    this.#places = 0;
    return true;
  }
}
