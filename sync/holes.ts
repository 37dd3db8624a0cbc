import type { Cursor } from '../protocol/ids.ts';
import type { JournalChange } from './journal.ts';

/**
 * Entries of the present history that could not be opened, by seq. They are journaled with the cursor that covers them; the
 * first cursor of another history replaces those of the one before.
 */
export class Holes {
  #seqs = new Set<number>();
  #notJournaled: number[] = [];
  #mustClear = false;

  get seqs(): readonly number[] {
    return [...this.#seqs];
  }

  /** What the journal knows. */
  restore(seqs: readonly number[]): void {
    this.#seqs = new Set(seqs);
  }

  /** Another history begins. */
  startAnew(): void {
    this.#seqs.clear();
    this.#notJournaled = [];
    this.#mustClear = true;
  }

  add(seq: number): void {
    this.#seqs.add(seq);
    this.#notJournaled.push(seq);
  }

  /** The journal's step to a cursor, with the holes before it. */
  stepTo(cursor: Cursor): JournalChange {
    const addHoles = this.#notJournaled;
    this.#notJournaled = [];
    if (!this.#mustClear) return { cursor, addHoles };
    this.#mustClear = false;
    return { cursor, clearHoles: true, addHoles };
  }
}
