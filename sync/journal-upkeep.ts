import * as Y from 'yjs';
import type { Clock } from './clock.ts';
import type { JournalWriter } from './journal-writer.ts';

/** Rows over which the journal is compacted: reading them takes about 10 ms when the document is opened. */
const compactOverRows = 500;
/** Rows over which it is compacted though the document is being written in. */
const compactAnywayOverRows = 10_000;
/** How often is looked whether the time is right, and without an edit for how long it is, in ms. */
const lookEveryMs = 5000;
const quietMs = 1500;

/** Keeps a document's journal short, so that it opens quickly: replaces the rows that are in it by one when nobody writes. */
export class JournalUpkeep {
  #editedMs = 0;
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(
    private readonly doc: Y.Doc,
    private readonly writer: JournalWriter,
    private readonly clock: Clock,
  ) {}

  /** The document has been read from the journal, or changed. */
  changed(): void {
    this.#editedMs = this.clock.now();
    this.#lookLater();
  }

  /** Ends it; also where the document in memory is not to be relied on. */
  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #lookLater(): void {
    if (this.#stopped || this.#cancel !== undefined) return;
    this.#cancel = this.clock.after(lookEveryMs, () => {
      this.#cancel = undefined;
      this.#look();
    });
  }

  #look(): void {
    const rows = this.writer.updateRows;
    if (rows.length <= compactOverRows) return;
    const isQuiet = this.clock.now() - this.#editedMs >= quietMs;
    if (!isQuiet && rows.length <= compactAnywayOverRows) this.#lookLater();
    else void this.writer.write({ removeUpdates: rows, addUpdates: [Y.encodeStateAsUpdate(this.doc)] });
  }
}
