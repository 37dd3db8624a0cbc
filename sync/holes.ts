import type { Cursor } from '../protocol/ids.ts';
import { toHex } from '../protocol/ids.ts';
import type { Hole, JournalChange } from './journal.ts';
import type { ReceivedEntry } from './log-reader.ts';

/** Entries of which is remembered that they did not open once, so that none is fetched for ever; further ones are given up at once. */
const maxSuspects = 1000;

/**
 * Entries of the present history that could not be opened, by seq. They are journaled with the cursor that covers them; the
 * first cursor of another history replaces those of the one before. One is given up when it has been fetched twice, or
 * when another opening finds it still closed; another version of the program tries again.
 */
export class Holes {
  #holes = new Map<number, Hole>();
  #notJournaled = new Map<number, Hole | undefined>();
  #mustClear = false;
  /** Seqs of which the journal has a hole. */
  #inJournal = new Set<number>();
  readonly #suspects = new Set<string>();

  constructor(
    /** Version of the program that tries to open them. */
    private readonly program: string,
  ) {}

  get seqs(): readonly number[] {
    return [...this.#holes.keys()];
  }

  /** As the journal keeps them. */
  get all(): readonly Hole[] {
    return [...this.#holes.values()];
  }

  /** Where to fetch from what has not been given up: `undefined` within for everything there is. */
  get due(): { readonly from: Cursor | undefined } | undefined {
    const holes = [...this.#holes.values()].filter(({ givenUpBy }) => givenUpBy !== this.program);
    const [first] = holes.toSorted((a, b) => a.seq - b.seq);
    if (first === undefined) return undefined;
    const isPlaced = holes.every(({ before }) => before !== undefined);
    return {
      from: isPlaced && first.before !== undefined ? { seq: first.seq - 1, mark: first.before } : undefined,
    };
  }

  /** What the journal knows. */
  restore(holes: readonly Hole[]): void {
    this.#holes = new Map(holes.map((hole) => [hole.seq, hole]));
    this.#inJournal = new Set(this.#holes.keys());
  }

  /** Another history begins. */
  startAnew(): void {
    this.#holes.clear();
    this.#notJournaled.clear();
    this.#mustClear = true;
  }

  /** An entry does not open. One that damages the document is given up at once: it would damage the next opening, too. */
  add({ seq, before, sealed }: ReceivedEntry, isDamaging = false): void {
    // The nonce is among these; who repeats another's bytes has them given up at once.
    const name = toHex(sealed.subarray(0, 25));
    const isSeenBefore = this.#holes.has(seq) || this.#suspects.has(name);
    const isGivenUp = isDamaging || isSeenBefore || this.#suspects.size >= maxSuspects;
    if (!isGivenUp) this.#suspects.add(name);
    const hole: Hole = { seq, before, givenUpBy: isGivenUp ? this.program : '' };
    this.#holes.set(seq, hole);
    this.#notJournaled.set(seq, hole);
  }

  /** An entry is in the document; whether it was a hole before. */
  close(seq: number): boolean {
    if (!this.#holes.delete(seq)) return false;
    this.#notJournaled.set(seq, undefined);
    return true;
  }

  /** The journal's step to a cursor, with what has become of holes before it. */
  stepTo(cursor: Cursor): JournalChange {
    const changes = [...this.#notJournaled];
    this.#notJournaled.clear();
    const addHoles = changes.flatMap(([, hole]) => (hole === undefined ? [] : [hole]));
    const removeHoles = changes.flatMap(([seq, hole]) => (hole === undefined ? [seq] : []));
    this.#inJournal = new Set(this.#holes.keys());
    if (!this.#mustClear) return { cursor, addHoles, removeHoles };
    this.#mustClear = false;
    return { cursor, clearHoles: true, addHoles, removeHoles };
  }

  /** What has become of the journal's holes after a load of which it must not know the cursor. */
  review(): JournalChange {
    const known = [...this.#inJournal];
    return {
      addHoles: known.flatMap((seq) => this.#holes.get(seq) ?? []),
      removeHoles: known.filter((seq) => !this.#holes.has(seq)),
    };
  }
}
