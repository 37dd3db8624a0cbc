import { randomBytes } from 'node:crypto';
import { limits } from '../../../protocol/limits.ts';
import { nextMark } from '../../../protocol/marks.ts';
import { sha256 } from '../../../relay-server/entry-hash.ts';
import type { EntryBody, LogStore, NewEntry } from '../../../relay-server/log-store.ts';
import { LevelLogStore } from '../../../relay-server/log-store-leveldb.ts';
import { parseDocumentId } from '../../../sync/document-id.ts';
import { deriveKeys } from '../../../sync/keys.ts';
import { seal } from '../../../sync/sealing.ts';

/** Entries that share a sync while a log is written. */
const batchEntries = 5000;

/** What a log takes on the relay's disk. */
export interface StoredLog {
  readonly entries: number;
  readonly bytes: number;
}

/** Writes a document's log into the data folder of a relay that does not run: one sealed entry for each update. */
export async function storeLog(
  data: string,
  documentId: string,
  updates: readonly Uint8Array[],
): Promise<StoredLog> {
  const parsed = parseDocumentId(documentId);
  if (!parsed.ok) throw new Error(`${documentId} is no document ID`);
  const { roomId, contentKey } = deriveKeys(parsed.secret);
  const store = await LevelLogStore.open({ folder: data, floorBytes: 0 });
  let mark = new Uint8Array(randomBytes(16));
  let logBytes = 0;
  let waiting: NewEntry[] = [];
  await store.createRoom(roomId, mark);
  for (const [i, update] of updates.entries()) {
    const bytes = seal({ roomId, contentKey }, 'entry', update);
    mark = new Uint8Array(nextMark(sha256, mark, bytes));
    logBytes += bytes.length;
    const body = await bodyOf(store, bytes);
    waiting.push({ roomId, seq: i + 1, mark, logBytes, digest: sha256(bytes), body });
    if (waiting.length < batchEntries && i + 1 < updates.length) continue;
    await store.append(waiting);
    waiting = [];
  }
  await store.close();
  return { entries: updates.length, bytes: logBytes };
}

async function bodyOf(store: LogStore, bytes: Uint8Array): Promise<EntryBody> {
  if (bytes.length <= limits.inlineEntryBytes) return { type: 'inline', bytes };
  const spool = await store.openSpool();
  for (let offset = 0; offset < bytes.length; offset += limits.chunkBytes)
    await spool.write(bytes.subarray(offset, offset + limits.chunkBytes));
  await spool.finish();
  return { type: 'spooled', spool };
}
