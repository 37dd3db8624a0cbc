import type { Clock } from './clock.ts';
import type { FloodTurns } from './flood-turns.ts';

/** Appends of one connection that the relay holds in memory at once; clients keep to `limits.appendsInFlight`. */
const maxCount = 1024;
const maxBytes = 4 * 1024 * 1024;
/** Past so many the connection floods: sixteen times what a client has under way. */
const floodCount = 64;
const floodBytes = 1024 * 1024;
/** What is taken of all connections of one address that flood, in a second: a tenth of what a small computer does. */
const floodPerSecond = 200;
const floodBytesPerSecond = 1024 * 1024;
/** Messages that are taken at once of what waits: some 2 ms of the processor. */
const pieceCount = 32;

/** The connection whose appends are counted. */
export interface FloodingConnection {
  /** Reads its network, or leaves there what it sends. */
  setReading(reads: boolean): void;
  /** Takes up to so many messages that had been read already; says whether more are left. */
  takeHeld(most: number): boolean;
}

/**
 * The appends of one connection, over all its joins, that wait for the disk (guarantee G7). One that floods is read no further:
 * what it sent waits in the network, and what had been read is taken piece by piece, as its address pays for it.
 */
export class HeldAppends {
  readonly #clock: Clock;
  readonly #turns: FloodTurns;
  readonly #connection: FloodingConnection;
  #count = 0;
  #bytes = 0;
  #floods = false;
  /** Since when `#taken` and `#takenBytes` have been taken of a connection that floods. */
  #sinceMs = 0;
  #taken = 0;
  #takenBytes = 0;
  #isWaiting = false;

  constructor(clock: Clock, turns: FloodTurns, connection: FloodingConnection) {
    this.#clock = clock;
    this.#turns = turns;
    this.#connection = connection;
  }

  /** Whether what it sends has to wait. */
  get floods(): boolean {
    return this.#floods;
  }

  /** Whether so many more messages with so many bytes may be held too. */
  hasRoomFor(count: number, bytes: number): boolean {
    return this.#count + count <= maxCount && this.#bytes + bytes <= maxBytes;
  }

  add(bytes: number): void {
    this.#count += 1;
    this.#bytes += bytes;
    if (this.#floods) {
      this.#taken += 1;
      this.#takenBytes += bytes;
    } else if (this.#count > floodCount || this.#bytes > floodBytes) {
      this.#floods = true;
      this.#connection.setReading(false);
      this.#startPiece(this.#count, this.#bytes);
    }
  }

  remove(bytes: number): void {
    this.#count -= 1;
    this.#bytes -= bytes;
    this.#goOnWhenPaid();
  }

  #startPiece(taken: number, takenBytes: number): void {
    this.#sinceMs = this.#clock.now();
    this.#taken = taken;
    this.#takenBytes = takenBytes;
  }

  #goOnWhenPaid(): void {
    const isLow = this.#count <= floodCount / 4 && this.#bytes <= floodBytes / 4;
    if (!this.#floods || !isLow || this.#isWaiting) return;
    const seconds = Math.max(this.#taken / floodPerSecond, this.#takenBytes / floodBytesPerSecond);
    const paidMs = this.#turns.take(this.#sinceMs, seconds * 1000);
    this.#isWaiting = true;
    this.#clock.setTimer(
      () => {
        this.#isWaiting = false;
        this.#goOn();
      },
      Math.max(0, paidMs - this.#clock.now()),
    );
  }

  #goOn(): void {
    this.#startPiece(0, 0);
    if (this.#connection.takeHeld(pieceCount)) {
      this.#goOnWhenPaid();
    } else {
      this.#floods = false;
      this.#connection.setReading(true);
    }
  }
}
