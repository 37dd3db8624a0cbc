import type { Joined } from '../protocol/joining-messages.ts';

/** Which snapshots did not open here, and so before which seq the next full load is to start (rule S6). */
export class SnapshotLadder {
  readonly #unopened = new Set<number>();
  #beforeSeq = 0;

  /** As a join says it: 0 for the newest there is. */
  get beforeSeq(): number {
    return this.#beforeSeq;
  }

  /** Whether a stream starts with a snapshot of which this is known. */
  isUnopened({ start, from }: Joined): boolean {
    return start === 'snapshot' && this.#unopened.has(from.seq);
  }

  /** The snapshot at `seq` did not open. */
  stepBefore(seq: number): void {
    this.#unopened.add(seq);
    this.#beforeSeq = seq;
  }

  /** Starts at the newest again: a snapshot may have been replaced, also by one at the same seq. */
  forget(): void {
    this.#unopened.clear();
    this.#beforeSeq = 0;
  }
}
