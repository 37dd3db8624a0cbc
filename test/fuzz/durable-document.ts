import * as Y from 'yjs';
import { concat } from '../../protocol/codec.ts';
import { limits } from '../../protocol/limits.ts';
import type { EntryBody, LogStore, NewEntry } from '../../relay-server/log-store.ts';
import { open, type SealingKey } from '../../sync/sealing.ts';
import { readStoredDocument } from '../processes/stored-document.ts';

/** What became durable in a store so far, as a document, so that "saved" can be held against it at any moment. */
export class DurableDocument {
  #durable = new Y.Doc();
  /** The small ones of the entries stored so far, on whatever disk. */
  readonly sealed: Uint8Array[] = [];
  /** Entries and snapshots stored so far. */
  entries = 0;
  snapshots = 0;

  constructor(private readonly key: SealingKey) {}

  /** Another disk is in use from now on: what it holds is what is durable. */
  async startFrom(store: LogStore): Promise<void> {
    this.#durable = (await readStoredDocument(store, this.key)).doc;
    this.watch(store);
  }

  /** Makes `store` tell what it has stored; every other call goes through as it is. */
  watch(store: LogStore): void {
    const append = store.append.bind(store);
    store.append = async (entries: readonly NewEntry[]) => {
      // Before the store takes the files away.
      const sealed = await Promise.all(entries.map(({ body }) => bytesOf(body)));
      await append(entries);
      for (const bytes of sealed) this.#add(bytes);
    };
    const commit = store.commitSnapshot.bind(store);
    store.commitSnapshot = async (snapshot) => {
      const committed = await commit(snapshot);
      if (committed !== undefined) this.snapshots += 1;
      return committed;
    };
  }

  /** Whether everything that stands in a document is durable; what waits there for entries of others does not stand yet. */
  holds(doc: Y.Doc): boolean {
    return snapshotHolds(Y.snapshot(this.#durable), Y.snapshot(doc));
  }

  #add(sealed: Uint8Array): void {
    const update = open(this.key, 'entry', sealed);
    if (update === undefined) throw new Error('an entry that does not open');
    Y.applyUpdate(this.#durable, update);
    if (sealed.length <= limits.inlineEntryBytes) this.sealed.push(sealed);
    this.entries += 1;
  }
}

async function bytesOf(body: EntryBody): Promise<Uint8Array> {
  if (body.type === 'inline') return new Uint8Array(body.bytes);
  const blocks: Uint8Array[] = [];
  for await (const block of body.spool.blocks()) blocks.push(block.slice());
  return concat(...blocks);
}

/** Whether everything that one snapshot has, insertions and deletions, is in another. */
export function snapshotHolds(stored: Y.Snapshot, here: Y.Snapshot): boolean {
  const hasInserts = [...here.sv].every(([client, clock]) => (stored.sv.get(client) ?? 0) >= clock);
  return hasInserts && Y.equalDeleteSets(stored.ds, Y.mergeDeleteSets([stored.ds, here.ds]));
}
