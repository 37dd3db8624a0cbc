import { type Cursor, sameCursor } from '../protocol/ids.ts';
import { limits } from '../protocol/limits.ts';
import type { Clock } from './clock.ts';
import type { SideAnswer, SideRequests } from './side-requests.ts';
import { Upload } from './upload.ts';

/** The document as the compactor sees it. */
export interface CompactedCopy {
  /** Where the document stands while it is exactly the log up to there: all received, nothing unsaved. Undefined otherwise. */
  settledCursor(): Cursor | undefined;
  /** Seqs of entries that could not be opened. */
  readonly holes: readonly number[];
  /** The whole document, sealed for this position. */
  sealSnapshot(cursor: Cursor): Promise<Uint8Array>;
  /** Appends wait for the snapshot: it is made however long that takes, and the relay takes it from anyone (rule C4). */
  readonly compactsFirst: boolean;
  /** A request is being dealt with. */
  compacting(): void;
  /** A request has been dealt with, one way or another. */
  compacted(): void;
}

/** Between two looks whether the document is settled, in ms. */
const lookEveryMs = 500;
/** A pause in writing is waited for this long, then the first settled moment is taken; in ms. */
const patienceMs = 10_000;
/** The relay has asked another editor by then (rule C1), in ms. */
const giveUpMs = 25_000;

/**
 * Makes the snapshot a relay asks for (rules C1 and C2): when the document has been settled at one place for a moment, so
 * that encoding it does not come between two key presses. What the relay refuses or loses is asked for again by the relay.
 */
export class Compactor {
  #work: { readonly previousSeq: number; readonly sinceMs: number } | undefined;
  #cancelLook: () => void = () => {};

  constructor(
    private readonly copy: CompactedCopy,
    private readonly requests: SideRequests,
    private readonly clock: Clock,
  ) {
    requests.onSnapshotRequest = (previousSeq) => this.#requested(previousSeq);
    requests.onShut = () => this.#finish();
  }

  /** Ends it; what is under way is not continued. */
  close(): void {
    this.#finish();
    this.requests.onSnapshotRequest = this.requests.onShut = () => {};
  }

  #requested(previousSeq: number): void {
    if (this.#work !== undefined) return;
    this.#work = { previousSeq, sinceMs: this.clock.now() };
    this.copy.compacting();
    this.#lookLater(undefined);
  }

  #lookLater(before: Cursor | undefined): void {
    this.#cancelLook = this.clock.after(lookEveryMs, () => this.#look(before));
  }

  #look(before: Cursor | undefined): void {
    const work = this.#work;
    if (work === undefined) return;
    const waitedMs = this.clock.now() - work.sinceMs;
    if (waitedMs > giveUpMs && !this.copy.compactsFirst) {
      this.#finish();
      return;
    }
    const cursor = this.copy.settledCursor();
    const isQuiet = cursor !== undefined && before !== undefined && sameCursor(cursor, before);
    if (cursor === undefined || !(isQuiet || waitedMs > patienceMs)) this.#lookLater(cursor);
    else if (cursor.seq < work.previousSeq) this.#finish();
    else void this.#make(work.previousSeq, cursor);
  }

  async #make(previousSeq: number, cursor: Cursor): Promise<void> {
    const work = this.#work;
    // As many as it can say that the relay keeps the last one and all after it.
    const unopened = this.copy.holes
      .filter((seq) => seq <= cursor.seq)
      .sort((a, b) => a - b)
      .slice(0, limits.unopenedEntries);
    const sealed = await this.copy.sealSnapshot(cursor);
    if (this.#work !== work) return;
    if (sealed.length > limits.snapshotBytes) {
      this.#finish();
      return;
    }
    let upload: Upload | undefined;
    const ref = this.requests.begin((answer: SideAnswer) => {
      if (answer.type === 'received') {
        upload?.received(answer.bytes);
        return;
      }
      this.requests.end(ref);
      if (this.#work === work) this.#finish();
    });
    this.requests.send({ event: 'snapshot', message: { ref, previousSeq, cursor, unopened } });
    const link = {
      upload: (to: number, total: number, offset: number, chunk: Uint8Array) =>
        this.requests.send({
          event: 'upload',
          message: { ref: to, kind: 'snapshot', total, offset, chunk },
        }),
    };
    upload = new Upload(ref, sealed, link, limits.snapshotWindowBytes);
  }

  #finish(): void {
    this.#cancelLook();
    if (this.#work === undefined) return;
    this.#work = undefined;
    this.copy.compacted();
  }
}
