import { type Journal, type JournalChange, JournalEmptied } from './journal.ts';

/** A journal on one opening of its database, which is of no use after a failed step. */
export interface OpenedJournal extends Omit<Journal, 'onLost'> {
  /** Drawn when the database was made: another one has nothing of this one's rows. */
  readonly identity: string;
  /** Whether the database was closed by something else than `close`; `removed` where a person asked for it. */
  readonly lost: 'removed' | 'by-accident' | undefined;
}

/**
 * A journal whose database is closed and opened again after every failed step, and where it was closed from outside:
 * LevelDB goes on to acknowledge synced steps that are gone at the next start, and a browser takes a database away for
 * good. Steps go one at a time.
 */
export async function reopeningJournal(
  open: (onLost: () => void) => Promise<OpenedJournal>,
): Promise<Journal> {
  const journal = new ReopeningJournal(open);
  await journal.open();
  return journal;
}

class ReopeningJournal implements Journal {
  onLost: () => void = () => {};
  #opened: OpenedJournal | undefined;
  #identity: string | undefined;
  /** Steps were reported that are in no database: one that was to be removed may be there still, without them. */
  #hasSkipped = false;
  #closed = false;
  #lastStep: Promise<unknown> = Promise.resolve();

  constructor(private readonly openDatabase: (onLost: () => void) => Promise<OpenedJournal>) {}

  async open(): Promise<OpenedJournal> {
    if (this.#closed) throw new Error('the journal is closed');
    if (this.#opened?.lost !== undefined) await this.#give();
    this.#opened ??= await this.openDatabase(() => this.onLost());
    const { identity } = this.#opened;
    const isAnother = this.#identity !== undefined && this.#identity !== identity;
    const isEmptied = isAnother || this.#hasSkipped;
    this.#identity = identity;
    this.#hasSkipped = false;
    if (isEmptied) throw new JournalEmptied();
    return this.#opened;
  }

  load(): ReturnType<Journal['load']> {
    return this.#inTurn(async () => (await this.open()).load());
  }

  commit(change: JournalChange): Promise<readonly number[]> {
    return this.#inTurn(async () => {
      // What a person has removed from this computer comes back with an edit of theirs only.
      if (this.#opened?.lost === 'removed' && (change.putOutbox ?? []).length === 0) {
        this.#hasSkipped = true;
        return [];
      }
      const opened = await this.open();
      try {
        return await opened.commit(change);
      } catch (error) {
        await this.#give();
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    await this.#inTurn(() => this.#give());
    this.#closed = true;
  }

  /** Closes the database; the next step opens it again. */
  async #give(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    await opened?.close();
  }

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#lastStep.then(step);
    this.#lastStep = result.catch(() => {});
    return result;
  }
}
