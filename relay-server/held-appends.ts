/** Messages of one connection that the relay holds in memory at once; clients keep to `limits.appendsInFlight`. */
export const mostHeld = { count: 1024, bytes: 4 * 1024 * 1024 } as const;

/** The appends of one connection, over all its joins, that wait for the disk (guarantee G7). */
export class HeldAppends {
  #count = 0;
  #bytes = 0;

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether so many more messages with so many bytes may be held too. */
  hasRoomFor(count: number, bytes: number): boolean {
    return this.#count + count <= mostHeld.count && this.#bytes + bytes <= mostHeld.bytes;
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
