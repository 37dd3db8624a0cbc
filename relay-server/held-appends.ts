/** Appends of one connection that the relay holds in memory at once; clients keep to `limits.appendsInFlight`. */
const maxCount = 1024;
const maxBytes = 4 * 1024 * 1024;

/** The appends of one connection, over all its joins, that wait for the disk (guarantee G7). */
export class HeldAppends {
  #count = 0;
  #bytes = 0;

  /** Whether an append of this many bytes may be held too. */
  hasRoomFor(bytes: number): boolean {
    return this.#count < maxCount && this.#bytes + bytes <= maxBytes;
  }

  add(bytes: number): void {
    this.#count += 1;
    this.#bytes += bytes;
  }

  remove(bytes: number): void {
    this.#count -= 1;
    this.#bytes -= bytes;
  }
}
