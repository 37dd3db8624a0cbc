import * as Y from 'yjs';
import { wait } from './clock.ts';
import type { CopyOptions } from './copy-options.ts';
import type { JournalChange, JournalContent } from './journal.ts';
import { JournalUpkeep } from './journal-upkeep.ts';
import { JournalWriter } from './journal-writer.ts';

/** Origin of the transaction that fills the document from the journal. */
const journalOrigin = Symbol('journal');

/** One document's journal: read into it, written, kept short, and told where it fails. */
export class CopyJournal {
  readonly writer: JournalWriter;
  readonly #upkeep: JournalUpkeep;
  #trouble: string | undefined;
  #isTrusted = true;

  constructor(
    private readonly doc: Y.Doc,
    private readonly options: Pick<CopyOptions, 'journal' | 'journalTrouble' | 'clock'>,
    changed: () => void,
    /** What the copy knows beside the document, for a journal that was emptied. */
    whole: () => JournalChange,
  ) {
    const { journal, journalTrouble, clock } = options;
    this.#trouble = journalTrouble;
    this.writer = new JournalWriter(
      journal,
      (reason) => {
        this.#trouble = reason ?? journalTrouble;
        changed();
      },
      (ms) => wait(clock, ms),
      () => ({ ...whole(), addUpdates: this.#isTrusted ? [Y.encodeStateAsUpdate(doc)] : [] }),
    );
    this.#upkeep = new JournalUpkeep(doc, this.writer, clock);
  }

  /** Why the newest edits could not be journaled; undefined while they can. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Fills the document, and gives all that the journal knows. */
  async load(): Promise<JournalContent> {
    const { doc } = this;
    const { clock, journal } = this.options;
    const content = await journal.load();
    const fill = () => {
      for (const { update } of content.updates) Y.applyUpdate(doc, update, journalOrigin);
    };
    Y.transact(doc, fill, journalOrigin, false);
    while (doc.store.clients.has(doc.clientID)) doc.clientID = Math.floor(clock.random() * 2 ** 32);
    this.writer.haveRead(content.updates);
    this.#upkeep.changed();
    return content;
  }

  /** The document changed. */
  changed(): void {
    this.#upkeep.changed();
  }

  /** The document in memory is not to be relied on: the journal is not made of it. */
  distrust(): void {
    this.#isTrusted = false;
    this.#upkeep.stop();
  }

  /** Resolves when everything is in the journal and that is closed. */
  async close(): Promise<void> {
    this.#upkeep.stop();
    await this.writer.close();
  }
}
