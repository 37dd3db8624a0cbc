import type { NewEntry } from '../../relay-server/log-store.ts';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';

/** A memory store whose appends wait until the test lets them through: what happens while a write is under way. */
export class HeldStore extends MemoryLogStore {
  /** The batches that were written, by number of entries. */
  readonly batches: number[] = [];
  #gate: Promise<void> = Promise.resolve();
  #open: () => void = () => {};

  /** Appends wait from now on. */
  hold(): void {
    this.#gate = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  /** Lets the waiting appends through. */
  release(): void {
    this.#open();
  }

  override async append(entries: readonly NewEntry[]): Promise<void> {
    await this.#gate;
    await super.append(entries);
    this.batches.push(entries.length);
  }
}
