import type * as Y from 'yjs';
import { type Clock, wait } from './clock.ts';
import { type CopyCheck, type CopyPlace, checkCopy, copiesDiffer } from './divergence.ts';

/** A copy compares itself after this much quiet. */
const idleMs = 2000;

/** Compares this copy with the others' whenever it has been quiet for a while (G3), and raises the alarm once for good. */
export class CopyComparison {
  #own: CopyCheck | undefined;
  #theirs: CopyCheck | undefined;
  #cancel: (() => void) | undefined;
  #edits = 0;
  #diverged = false;

  constructor(
    private readonly doc: Y.Doc,
    private readonly content: Y.Text,
    private readonly clock: Clock,
    /** Where the copy stands while everything is saved and received; undefined otherwise. */
    private readonly settled: () => CopyPlace | undefined,
    private readonly tell: (check: CopyCheck | undefined) => void,
    private readonly onAlarm: () => void,
  ) {}

  /** Whether another copy was found to differ. */
  get diverged(): boolean {
    return this.#diverged;
  }

  /** The document changed: what was said of it holds no longer. */
  edited(): void {
    this.#edits += 1;
    this.#own = undefined;
    this.tell(undefined);
    this.schedule();
  }

  /** Compares after a while of quiet. */
  schedule(): void {
    this.#cancel?.();
    this.#cancel = this.clock.after(idleMs, () => void this.#check());
  }

  /** Another member says how its copy is. */
  theirs(check: CopyCheck): void {
    this.#theirs = check;
    this.#compare();
  }

  close(): void {
    this.#cancel?.();
  }

  async #check(): Promise<void> {
    const place = this.settled();
    if (place === undefined) return;
    const edits = this.#edits;
    const isStale = () => this.#edits !== edits || this.settled()?.cursor.seq !== place.cursor.seq;
    const check = await checkCopy(this.doc, this.content, place, isStale, () => wait(this.clock, 0));
    if (check === undefined || isStale()) return;
    this.#own = check;
    this.tell(check);
    this.#compare();
  }

  #compare(): void {
    const [own, theirs] = [this.#own, this.#theirs];
    if (own === undefined || theirs === undefined || this.#diverged || !copiesDiffer(own, theirs)) return;
    this.#diverged = true;
    this.onAlarm();
  }
}
