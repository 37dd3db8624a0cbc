/** Times in milliseconds, for percentiles. */
export class Latencies {
  #times = new Float64Array(4096);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(ms: number): void {
    if (this.#count === this.#times.length) {
      const larger = new Float64Array(this.#count * 2);
      larger.set(this.#times);
      this.#times = larger;
    }
    this.#times[this.#count++] = ms;
  }

  /** The time that `percent` of all are within; NaN where there are none. */
  percentile(percent: number): number {
    const sorted = this.#times.slice(0, this.#count).sort();
    return sorted[Math.min(this.#count - 1, Math.floor((this.#count * percent) / 100))] ?? Number.NaN;
  }
}

/** The middle of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (Number.isInteger(middle))
    return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
  return sorted[Math.floor(middle)] ?? Number.NaN;
}
