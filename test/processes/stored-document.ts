import * as Y from 'yjs';
import { concat } from '../../protocol/codec.ts';
import { limits } from '../../protocol/limits.ts';
import type { LogStore } from '../../relay-server/log-store.ts';
import { open, type SealingKey } from '../../sync/sealing.ts';

/** A document as a relay's store holds it, sealed and opened. */
export interface StoredDocument {
  readonly doc: Y.Doc;
  /** Its entries as stored, in order. */
  readonly entries: readonly Uint8Array[];
}

/** Reads a document from a store; throws where the log has a gap or an entry does not open. */
export async function readStoredDocument(store: LogStore, key: SealingKey): Promise<StoredDocument> {
  const doc = new Y.Doc();
  const entries: Uint8Array[] = [];
  const head = (await store.room(key.roomId))?.head.seq ?? 0;
  while (entries.length < head) {
    const slice = await store.read(key.roomId, entries.length, head, limits.chunkBytes);
    if (slice.type === 'end') throw new Error(`the log ends at ${entries.length} of ${head}`);
    const read =
      slice.type === 'entries' ? slice.entries : [await readLarge(store, key, slice.seq, slice.total)];
    for (const sealed of read) {
      entries.push(sealed);
      // What stands in place of a damaged one (rule L4).
      if (sealed.length === 0) continue;
      const update = open(key, 'entry', sealed);
      if (update === undefined) throw new Error(`entry ${entries.length} does not open`);
      Y.applyUpdate(doc, update);
    }
  }
  return { doc, entries };
}

async function readLarge(store: LogStore, key: SealingKey, seq: number, total: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < total; at += parts.at(-1)?.length ?? total)
    parts.push(await store.readPart(key.roomId, seq, at));
  return concat(...parts);
}
