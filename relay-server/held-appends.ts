/** Appends of one connection that the relay holds in memory at once; clients keep to `limits.appendsInFlight`. */
const maxCount = 1024;
const maxBytes = 4 * 1024 * 1024;
/**
 * Past so many, what the connection sends is left to its network until a quarter of them is left: sixteen times what a client
 * has under way. Whoever floods waits for the disk then, and the relay has time for the others.
 */
const readCount = 64;
const readBytes = 1024 * 1024;

/** The appends of one connection, over all its joins, that wait for the disk (guarantee G7). */
export class HeldAppends {
  #count = 0;
  #bytes = 0;
  #reads = true;

  constructor(
    /** Told when the connection is to be read no further, and when it is again. */
    private readonly setReading: (reads: boolean) => void,
  ) {}

  /** Whether an append of this many bytes may be held too. */
  hasRoomFor(bytes: number): boolean {
    return this.#count < maxCount && this.#bytes + bytes <= maxBytes;
  }

  add(bytes: number): void {
    this.#count += 1;
    this.#bytes += bytes;
    if (this.#reads && (this.#count > readCount || this.#bytes > readBytes)) this.#read(false);
  }

  remove(bytes: number): void {
    this.#count -= 1;
    this.#bytes -= bytes;
    if (!this.#reads && this.#count <= readCount / 4 && this.#bytes <= readBytes / 4) this.#read(true);
  }

  #read(reads: boolean): void {
    this.#reads = reads;
    this.setReading(reads);
  }
}
