import type { StoredEntry } from './pending-append.ts';

/** Bytes that may wait for one audience; beyond, readers take them from the log (guarantee G7). */
export const mostBytes = 1024 * 1024;

/** Entries of a room that are durable and that one audience has not been sent, in their order, and the acknowledgements that wait with them. */
export class UnpublishedEntries {
  #entries: StoredEntry[] = [];
  #bytes = 0;
  /** They leave just before the entries, in the same write where those go to the appender. */
  #acknowledgements: (() => void)[] = [];

  /** Adds entries, without their bytes where those are too many. */
  add(entries: readonly StoredEntry[]): void {
    for (const entry of entries) {
      const size = entry.bytes?.length ?? 0;
      const keep = this.#bytes + size <= mostBytes;
      this.#bytes += size;
      this.#entries.push(keep ? entry : { ...entry, bytes: undefined });
    }
  }

  addAcknowledgement(acknowledge: () => void): void {
    this.#acknowledgements.push(acknowledge);
  }

  /** Forgets all of it, and acknowledges nothing: the store may not have it any more. */
  drop(): void {
    this.#acknowledgements = [];
    this.#entries = [];
    this.#bytes = 0;
  }

  /** Acknowledges the entries and gives them: none is left. */
  take(): readonly StoredEntry[] {
    for (const acknowledge of this.#acknowledgements.splice(0)) acknowledge();
    const entries = this.#entries;
    this.drop();
    return entries;
  }
}
