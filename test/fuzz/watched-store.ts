import * as Y from 'yjs';
import type { NewEntry } from '../../relay-server/log-store.ts';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import { open, type SealingKey } from '../../sync/sealing.ts';

/** A memory store that keeps a document of everything durable in it, so that "saved" can be held against it at any moment. */
export class WatchedStore extends MemoryLogStore {
  readonly #durable = new Y.Doc();
  /** Entries stored so far. */
  entries = 0;

  constructor(private readonly key: SealingKey) {
    super();
  }

  override async append(entries: readonly NewEntry[]): Promise<void> {
    await super.append(entries);
    for (const { body } of entries) {
      if (body.type !== 'inline') throw new Error('plans write small entries only');
      const update = open(this.key, 'entry', body.bytes);
      if (update === undefined) throw new Error('an entry that does not open');
      Y.applyUpdate(this.#durable, update);
      this.entries += 1;
    }
  }

  /** Whether everything in a document is durable. */
  holds(doc: Y.Doc): boolean {
    return Y.snapshotContainsUpdate(Y.snapshot(this.#durable), Y.encodeStateAsUpdate(doc));
  }
}
