import { argv } from 'node:process';
import * as Y from 'yjs';
import { concat } from '../../protocol/codec.ts';
import { limits } from '../../protocol/limits.ts';
import { LevelLogStore } from '../../relay-server/log-store-leveldb.ts';
import { parseDocumentId } from '../../sync/document-id.ts';
import { deriveKeys } from '../../sync/keys.ts';
import { open } from '../../sync/sealing.ts';
import type { DurableLog } from './durable-log.ts';

/** `read-log.ts FOLDER DOCUMENT_ID`: prints what a relay's log holds of a document, as `DurableLog` in JSON. */
const [, , folder = '', documentId = ''] = argv;
const parsed = parseDocumentId(documentId);
if (!parsed.ok) throw new Error(`${documentId} is no document ID`);
const keys = deriveKeys(parsed.secret);
const store = await LevelLogStore.open({ folder, floorBytes: 0 });
const doc = new Y.Doc();
const head = (await store.room(keys.roomId))?.head.seq ?? 0;
for (let seq = 0; seq < head; ) {
  const slice = await store.read(keys.roomId, seq, head, limits.chunkBytes);
  if (slice.type === 'end') throw new Error(`the log ends at ${seq} of ${head}`);
  const entries = slice.type === 'entries' ? slice.entries : [await readLarge(slice.seq, slice.total)];
  for (const sealed of entries) {
    seq += 1;
    const update = open(keys, 'entry', sealed);
    if (update === undefined) throw new Error(`entry ${seq} does not open`);
    Y.applyUpdate(doc, update);
  }
}
await store.close();
process.stdout.write(
  JSON.stringify({ text: doc.getText('content').toString(), entries: head } satisfies DurableLog),
);

async function readLarge(seq: number, total: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < total; at += parts.at(-1)?.length ?? total)
    parts.push(await store.readPart(keys.roomId, seq, at));
  return concat(...parts);
}
