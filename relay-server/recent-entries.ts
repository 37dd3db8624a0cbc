import type { RoomId } from '../protocol/ids.ts';
import { digestKey } from './entry-hash.ts';
import type { LogStore } from './log-store.ts';

/** How many of a room's last entries are compared with an append. Far more than clients have in flight together. */
export const recentEntryCount = 256;

/** Where a room's last entries are, by digest: an append of equal bytes is not stored again (rule A3). */
export class RecentEntries {
  /** In the order they were stored; a map keeps the order of insertion. */
  readonly #seqs = new Map<string, number>();

  /** Reads the window of a room from its store. */
  static async load(store: LogStore, roomId: RoomId): Promise<RecentEntries> {
    const recent = new RecentEntries();
    const stored = await store.recent(roomId, recentEntryCount);
    for (const { seq, digest } of [...stored].reverse()) recent.add(digestKey(digest), seq);
    return recent;
  }

  /** Adds a stored entry and forgets the oldest over the count. Does nothing for one that is there. */
  add(key: string, seq: number): void {
    if (this.#seqs.has(key)) return;
    this.#seqs.set(key, seq);
    if (this.#seqs.size <= recentEntryCount) return;
    for (const oldest of this.#seqs.keys()) {
      this.#seqs.delete(oldest);
      return;
    }
  }

  /** The seq of the entry with this digest, if it is in the window. */
  seqOf(key: string): number | undefined {
    return this.#seqs.get(key);
  }
}
