import * as Y from 'yjs';
import { concat } from '../../protocol/codec.ts';
import { limits } from '../../protocol/limits.ts';
import type { LogStore } from '../../relay-server/log-store.ts';
import type { SnapshotInfo } from '../../relay-server/snapshot-store.ts';
import { open, type SealingKey } from '../../sync/sealing.ts';

/** A document as a relay's store holds it, sealed and opened. */
export interface StoredDocument {
  readonly doc: Y.Doc;
  /** Its entries after the newest snapshot as stored, in order. */
  readonly entries: readonly Uint8Array[];
  /** Number of its last entry, and of the last one that the newest snapshot covers; 0 for none. */
  readonly head: number;
  readonly snapshotSeq: number;
}

/** Reads a document from a store, from its newest snapshot on; throws where the log has a gap or something does not open. */
export async function readStoredDocument(store: LogStore, key: SealingKey): Promise<StoredDocument> {
  const doc = new Y.Doc();
  const entries: Uint8Array[] = [];
  const { head, snapshot } = (await store.room(key.roomId)) ?? {};
  if (snapshot !== undefined) Y.applyUpdate(doc, await readSnapshot(store, key, snapshot));
  let seq = snapshot?.cursor.seq ?? 0;
  while (seq < (head?.seq ?? 0)) {
    const slice = await store.read(key.roomId, seq, head?.seq ?? 0, limits.chunkBytes);
    if (slice.type === 'end') throw new Error(`the log ends at ${seq} of ${head?.seq}`);
    const read =
      slice.type === 'entries' ? slice.entries : [await readLarge(store, key, slice.seq, slice.total)];
    for (const sealed of read) {
      seq += 1;
      entries.push(sealed);
      // What stands in place of a damaged one (rule L4).
      if (sealed.length === 0) continue;
      const update = open(key, 'entry', sealed);
      if (update === undefined) throw new Error(`entry ${seq} does not open`);
      Y.applyUpdate(doc, update);
    }
  }
  return { doc, entries, head: head?.seq ?? 0, snapshotSeq: snapshot?.cursor.seq ?? 0 };
}

async function readSnapshot(store: LogStore, key: SealingKey, snapshot: SnapshotInfo): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (let offset = 0; offset < snapshot.bytes; offset += limits.chunkBytes)
    chunks.push(await store.readSnapshotPart(key.roomId, snapshot, offset));
  const update = open(key, { snapshotAt: snapshot.cursor }, concat(...chunks));
  if (update === undefined) throw new Error('a snapshot that does not open');
  return update;
}

async function readLarge(store: LogStore, key: SealingKey, seq: number, total: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < total; at += parts.at(-1)?.length ?? total)
    parts.push(await store.readPart(key.roomId, seq, at));
  return concat(...parts);
}
