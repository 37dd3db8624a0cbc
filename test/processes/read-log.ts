import { argv } from 'node:process';
import { LevelLogStore } from '../../relay-server/log-store-leveldb.ts';
import { parseDocumentId } from '../../sync/document-id.ts';
import { deriveKeys } from '../../sync/keys.ts';
import type { DurableLog } from './durable-log.ts';
import { readStoredDocument } from './stored-document.ts';

/** `read-log.ts FOLDER DOCUMENT_ID`: prints what a relay's log holds of a document, as `DurableLog` in JSON. */
const [, , folder = '', documentId = ''] = argv;
const parsed = parseDocumentId(documentId);
if (!parsed.ok) throw new Error(`${documentId} is no document ID`);
const store = await LevelLogStore.open({ folder, floorBytes: 0 });
const { doc, head } = await readStoredDocument(store, deriveKeys(parsed.secret));
await store.close();
process.stdout.write(
  JSON.stringify({ text: doc.getText('content').toString(), entries: head } satisfies DurableLog),
);
