import type { Clock } from './clock.ts';
import { CommitPace } from './commit-pace.ts';
import type { NewEntry } from './log-store.ts';
import { StoreError } from './log-store.ts';
import type { WriteWaiter } from './write-share.ts';
import { sharesOf } from './write-share.ts';

/** A log with entries to write. It is asked for them when a write starts, so that all that came meanwhile go together. */
export interface CommitSource extends WriteWaiter {
  /** What to write now, in order; may be empty. One batch at a time, that costs no more than `share` unless it is one entry. */
  takeBatch(share: number): readonly NewEntry[];
  /** The batch is on disk. */
  batchCommitted(): void;
  /** Nothing of the batch may be relied on. */
  batchFailed(error: StoreError): void;
}

/**
 * Group commit: one write at a time, and the appends of all rooms that arrive while it is under way share the next.
 * A source hears of its batch only after it is durable (rule A2).
 */
export class CommitQueue {
  readonly #append: (entries: readonly NewEntry[]) => Promise<void>;
  readonly #onFailure: (error: StoreError) => void;
  readonly #waiting = new Set<CommitSource>();
  readonly #pace: CommitPace;
  #tasks: (() => Promise<void>)[] = [];
  #writing: Promise<void> | undefined;

  /** `onFailure` is called before any source hears of it, so that every open log can forget what it believed of its head. */
  constructor(
    append: (entries: readonly NewEntry[]) => Promise<void>,
    onFailure: (error: StoreError) => void,
    clock: Clock,
  ) {
    this.#pace = new CommitPace(clock);
    this.#append = append;
    this.#onFailure = onFailure;
  }

  /** Includes the source in the next write. */
  request(source: CommitSource): void {
    this.#waiting.add(source);
    this.#writing ??= this.#write();
  }

  /** Runs a task while no batch is being written or has its marks; `task` does not throw. */
  between(task: () => Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      this.#tasks.push(() => task().finally(resolve));
      this.#writing ??= this.#write();
    });
  }

  /** Resolves when nothing is waiting or being written. */
  async idle(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async #write(): Promise<void> {
    // A source may ask in the middle of its own change of state: it is asked for its batch after that.
    await Promise.resolve();
    while (this.#waiting.size > 0 || this.#tasks.length > 0) {
      for (const task of this.#tasks.splice(0)) await task();
      const sources: CommitSource[] = [];
      const entries: NewEntry[] = [];
      for (const { waiter: source, share } of sharesOf(this.#waiting)) {
        this.#waiting.delete(source);
        const batch = source.takeBatch(share);
        if (batch.length === 0) continue;
        sources.push(source);
        entries.push(...batch);
      }
      if (sources.length === 0) continue;
      this.#pace.started();
      const error = await this.#try(entries);
      if (error !== undefined) this.#onFailure(error);
      for (const source of sources) {
        if (error === undefined) source.batchCommitted();
        else source.batchFailed(error);
      }
      await this.#pace.ended();
    }
    this.#writing = undefined;
  }

  async #try(entries: readonly NewEntry[]): Promise<StoreError | undefined> {
    try {
      await this.#append(entries);
      return undefined;
    } catch (error) {
      if (error instanceof StoreError) return error;
      return new StoreError('store-failed', 'The relay could not write to its log.', error);
    }
  }
}
