import type * as Y from 'yjs';
import type { SignedCheck } from './check-proof.ts';
import { type Clock, wait } from './clock.ts';
import { type CopyCheck, type CopyPlace, checkCopy, copiesDiffer } from './divergence.ts';

/** A copy compares itself after this much quiet. */
const idleMs = 2000;
/** After one that was forged no other is looked at for this long: it takes 3 ms, and who forges may do so without pause. */
const forgedPauseMs = 500;
/** What members said who have left is kept of the last few: a copy may have nothing to compare it with yet. */
const mostKeptOfGone = 8;

/** Compares this copy with the others' whenever it has been quiet for a while (G3), and raises the alarm once for good. */
export class CopyComparison {
  #own: CopyCheck | undefined;
  /**
   * The newest that each member says, by the relay's number of it: some may be forged, and no number of those is to displace
   * another member's. The one that has waited longest is looked at first.
   */
  readonly #theirs = new Map<number, SignedCheck>();
  readonly #gone = new Set<number>();
  #cancelPause: (() => void) | undefined;
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
    /** Whether an editor says it: a viewer is not to alarm everyone. */
    private readonly isOfEditor: (check: SignedCheck) => boolean,
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
  theirs(check: SignedCheck, memberId: number): void {
    this.#theirs.set(memberId, check);
    this.#gone.delete(memberId);
    this.#compare();
  }

  /** These members are gone. */
  left(memberIds: readonly number[]): void {
    for (const memberId of memberIds) if (this.#theirs.has(memberId)) this.#gone.add(memberId);
    for (const memberId of [...this.#gone].slice(0, -mostKeptOfGone)) this.#forget(memberId);
  }

  close(): void {
    this.#cancel?.();
    this.#cancelPause?.();
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
    const own = this.#own;
    if (own === undefined || this.#diverged || this.#cancelPause !== undefined) return;
    const differing = [...this.#theirs].find(([, check]) => copiesDiffer(own, check));
    if (differing === undefined) return;
    const [memberId, other] = differing;
    if (this.isOfEditor(other)) {
      this.#diverged = true;
      this.onAlarm();
      return;
    }
    this.#forget(memberId);
    this.#cancelPause = this.clock.after(forgedPauseMs, () => {
      this.#cancelPause = undefined;
      this.#compare();
    });
  }

  #forget(memberId: number): void {
    this.#theirs.delete(memberId);
    this.#gone.delete(memberId);
  }
}
