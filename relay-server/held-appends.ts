import type { Clock } from './clock.ts';
import type { FloodTurns } from './flood-turns.ts';

/** Appends of one connection that the relay holds in memory at once; clients keep to `limits.appendsInFlight`. */
const maxCount = 1024;
const maxBytes = 4 * 1024 * 1024;
/** Past so many the connection floods: sixteen times what a client has under way. */
const floodCount = 64;
const floodBytes = 1024 * 1024;
/** What is taken of a connection while it floods, in a second; ten of them leave a small computer most of its time. */
const floodPerSecond = 200;
const floodBytesPerSecond = 1024 * 1024;

/**
 * The appends of one connection, over all its joins, that wait for the disk (guarantee G7). One that floods is read no
 * further until a quarter is left and the time for what was taken of it is over: the network holds what it sends.
 */
export class HeldAppends {
  readonly #clock: Clock;
  readonly #turns: FloodTurns;
  readonly #setReading: (reads: boolean) => void;
  #count = 0;
  #bytes = 0;
  /** Set while the connection is not read. */
  #pausedMs: number | undefined;
  #taken = 0;
  #takenBytes = 0;
  #turnMs: number | undefined;

  /** `setReading` is told when the connection is to be read no further, and when it is again. */
  constructor(clock: Clock, turns: FloodTurns, setReading: (reads: boolean) => void) {
    this.#clock = clock;
    this.#turns = turns;
    this.#setReading = setReading;
  }

  /** Whether an append of this many bytes may be held too. */
  hasRoomFor(bytes: number): boolean {
    return this.#count < maxCount && this.#bytes + bytes <= maxBytes;
  }

  add(bytes: number): void {
    this.#count += 1;
    this.#bytes += bytes;
    if (this.#pausedMs !== undefined) {
      // What had been read already.
      this.#taken += 1;
      this.#takenBytes += bytes;
    } else if (this.#count > floodCount || this.#bytes > floodBytes) {
      this.#pausedMs = this.#clock.now();
      this.#taken = this.#count;
      this.#takenBytes = this.#bytes;
      this.#setReading(false);
    }
  }

  remove(bytes: number): void {
    this.#count -= 1;
    this.#bytes -= bytes;
    this.#readWhenDue();
  }

  #readWhenDue(): void {
    const isLow = this.#count <= floodCount / 4 && this.#bytes <= floodBytes / 4;
    if (this.#pausedMs === undefined || !isLow || this.#turnMs !== undefined) return;
    const now = this.#clock.now();
    const seconds = Math.max(this.#taken / floodPerSecond, this.#takenBytes / floodBytesPerSecond);
    this.#turnMs = this.#turns.take(Math.max(now, this.#pausedMs + seconds * 1000));
    this.#clock.setTimer(() => {
      this.#pausedMs = this.#turnMs = undefined;
      this.#setReading(true);
    }, this.#turnMs - now);
  }
}
