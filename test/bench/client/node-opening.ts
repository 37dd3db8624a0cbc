import { argv } from 'node:process';
import { openDocument } from '../../../sync/node.ts';

/**
 * `node-opening.ts RELAY DOCUMENT_ID JOURNALS`: opens a document and prints how many ms it took until its text was there:
 * from the journal, or from the relay where the journal is empty.
 */
const [, , relayUrl = '', document = '', journalFolder = ''] = argv;
const startMs = performance.now();
const provider = await openDocument({ relayUrl, document, journalFolder });
if (provider.text.length === 0) await provider.whenLive();
const ms = performance.now() - startMs;
await provider.close();
process.stdout.write(JSON.stringify({ ms }));
