import type { Cursor } from '../protocol/ids.ts';
import type { Joined } from '../protocol/joining-messages.ts';
import { LogReader } from './log-reader.ts';
import { SnapshotLadder } from './snapshot-ladder.ts';

/** How often in a row another history, or an earlier snapshot, is asked for before the link pauses. */
const maxStartsAnew = 4;

/** What a copy has read of the log, and so from where its next join asks for more. */
export class NextJoin {
  #reader = new LogReader(undefined);
  #startsAnew = 0;
  readonly #ladder = new SnapshotLadder();
  /** The load under way must be compared to its end; a delta after it would not be. */
  mustCompare = false;
  /** The log is full: it is loaded as a whole, to make the snapshot that it needs (rule C6). */
  mustCompact = false;

  /** Follows the log. */
  get reader(): LogReader {
    return this.#reader;
  }

  get cursor(): Cursor | undefined {
    return this.mustCompare || this.mustCompact ? undefined : this.#reader.joinCursor;
  }

  get beforeSeq(): number {
    return this.#ladder.beforeSeq;
  }

  /** Reads on from here, or from wherever the relay starts. */
  readFrom(cursor: Cursor | undefined): void {
    this.#reader = new LogReader(cursor);
  }

  /** Whether one more load may start anew. */
  takeStartAnew(): boolean {
    this.#startsAnew += 1;
    return this.#startsAnew <= maxStartsAnew;
  }

  /** Whether a stream starts with a snapshot that is known not to open. */
  isUnopened(joined: Joined): boolean {
    return this.#ladder.isUnopened(joined);
  }

  /** The snapshot at `seq` does not open: the next load starts before it. */
  startBefore(seq: number): void {
    this.#ladder.stepBefore(seq);
    // Its cursor says that the snapshot is here.
    this.readFrom(undefined);
  }

  /** Nothing is left before the snapshots that do not open: the next load starts with the newest again. */
  startAtNewest(): void {
    this.#ladder.forget();
  }

  /** All is well: everything the relay has is here. */
  live(): void {
    this.#startsAnew = 0;
    this.#ladder.forget();
  }
}
