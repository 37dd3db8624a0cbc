import { type Hole, type Journal, type JournalChange, JournalEmptied, type UpdateRow } from './journal.ts';

/** Wait before a failed step is tried again, in ms; a full disk does not empty faster. */
const retryMs = 2000;

/**
 * Writes steps to a journal one after another. Steps that are added while one is under way share the next one, so a
 * burst of edits costs few syncs. A step that fails is kept and tried again; nothing is dropped.
 */
export class JournalWriter {
  #queue: { readonly change: JournalChange; readonly done: () => void }[] = [];
  #running: Promise<void> | undefined;
  #closed = false;
  #updateRows: readonly number[] = [];

  constructor(
    private readonly journal: Journal,
    /** Told why steps fail, and `undefined` when they go through again. */
    private readonly onTrouble: (reason: string | undefined) => void,
    private readonly wait: (ms: number) => Promise<void>,
    /** The step that writes all of the document into a journal that was emptied. */
    private readonly whole: () => JournalChange,
  ) {
    journal.onLost = () => void this.write({});
  }

  /** Keys of the journal's rows of which this copy knows that they are in its document: those read into it, and its own. */
  get updateRows(): readonly number[] {
    return this.#updateRows;
  }

  /** These rows have been read into the document. */
  haveRead(rows: readonly UpdateRow[]): void {
    this.#updateRows = rows.map(({ key }) => key);
  }

  /** Resolves when the step is durable. Never rejects; see `onTrouble`. */
  write(change: JournalChange): Promise<void> {
    return new Promise((resolve) => {
      this.#queue.push({ change, done: resolve });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when everything written so far is durable. */
  async flush(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Writes what there is, without trying failed steps again, and closes the journal. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.flush();
    await this.journal.close();
  }

  async #run(): Promise<void> {
    // Lets all steps of one turn of the event loop share the first commit.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const steps = this.#queue.splice(0);
      try {
        const change = mergeChanges(steps.map((step) => step.change));
        this.#rowsChanged(change, await this.journal.commit(change));
        this.onTrouble(undefined);
        for (const step of steps) step.done();
      } catch (error) {
        this.#queue.unshift(...steps);
        if (error instanceof JournalEmptied) {
          this.#startAnew();
          continue;
        }
        this.onTrouble(error instanceof Error ? error.message : String(error));
        if (this.#closed) break;
        await this.wait(retryMs);
      }
    }
    this.#running = undefined;
  }

  /** The keys known here are of rows that are gone, and may be those of others' rows in the journal that is there now. */
  #startAnew(): void {
    this.#updateRows = [];
    const steps = this.#queue.map(({ change: { removeUpdates: _, ...change }, done }) => ({ change, done }));
    this.#queue = [{ change: this.whole(), done: () => {} }, ...steps];
  }

  #rowsChanged({ removeUpdates = [] }: JournalChange, added: readonly number[]): void {
    const removed = new Set(removeUpdates);
    const kept = removed.size === 0 ? this.#updateRows : this.#updateRows.filter((key) => !removed.has(key));
    this.#updateRows = [...kept, ...added];
  }
}

/** One step that does what all do, in order: a row put and later removed is removed, of a row put twice and of cursors the last counts. */
export function mergeChanges(changes: readonly JournalChange[]): JournalChange {
  const removed = new Set(changes.flatMap((change) => change.removeOutbox ?? []));
  const clearing = changes.findLastIndex((change) => change.clearHoles === true);
  const holes = new Map<number, Hole | undefined>();
  for (const { addHoles = [], removeHoles = [] } of changes.slice(Math.max(0, clearing))) {
    for (const seq of removeHoles) holes.set(seq, undefined);
    for (const hole of addHoles) holes.set(hole.seq, hole);
  }
  const rows = changes.flatMap((change) => change.putOutbox ?? []).filter((row) => !removed.has(row.id));
  const cursor = changes.findLast((change) => change.cursor !== undefined)?.cursor;
  return {
    addUpdates: changes.flatMap((change) => change.addUpdates ?? []),
    removeUpdates: changes.flatMap((change) => change.removeUpdates ?? []),
    putOutbox: [...new Map(rows.map((row) => [row.id, row])).values()],
    removeOutbox: [...removed],
    ...(cursor === undefined ? {} : { cursor }),
    ...(clearing === -1 ? {} : { clearHoles: true as const }),
    addHoles: [...holes.values()].filter((hole) => hole !== undefined),
    removeHoles: [...holes].flatMap(([seq, hole]) => (hole === undefined ? [seq] : [])),
  };
}
