import * as Y from 'yjs';
import type { LogStore, NewEntry } from '../../relay-server/log-store.ts';
import { open, type SealingKey } from '../../sync/sealing.ts';

/** What became durable in a store so far, as a document, so that "saved" can be held against it at any moment. */
export class DurableDocument {
  readonly #durable = new Y.Doc();
  /** Entries stored so far. */
  entries = 0;

  constructor(private readonly key: SealingKey) {}

  /** Makes `store` tell what it has stored; every other call goes through as it is. */
  watch(store: LogStore): void {
    const append = store.append.bind(store);
    store.append = async (entries: readonly NewEntry[]) => {
      const sealed = entries.map(({ body }) =>
        body.type === 'inline' ? new Uint8Array(body.bytes) : undefined,
      );
      await append(entries);
      for (const bytes of sealed) this.#add(bytes);
    };
  }

  /** Whether everything in a document is durable. */
  holds(doc: Y.Doc): boolean {
    return Y.snapshotContainsUpdate(Y.snapshot(this.#durable), Y.encodeStateAsUpdate(doc));
  }

  #add(sealed: Uint8Array | undefined): void {
    const update = sealed === undefined ? undefined : open(this.key, 'entry', sealed);
    if (update === undefined) throw new Error('an entry that is large or does not open');
    Y.applyUpdate(this.#durable, update);
    this.entries += 1;
  }
}
