import { argv, stdin } from 'node:process';
import { createInterface } from 'node:readline';
import * as Y from 'yjs';
import { parseDocumentId } from '../../../sync/document-id.ts';
import { joinMessage } from '../../../sync/join.ts';
import { deriveKeys } from '../../../sync/keys.ts';
import { openDocument } from '../../../sync/node.ts';
import { seal } from '../../../sync/sealing.ts';
import { seededRandom } from '../../fuzz/random.ts';
import { RawMember } from '../../relay/raw-member.ts';
import type { FloodReport } from './flood-process.ts';

/**
 * `flood.ts RELAY DOCUMENT_ID ENTRIES_A_SECOND SECONDS WRITERS`: several writers who type a letter an entry, sealed
 * beforehand. Prints `ready`, starts at a line on its standard input and ends when all is acknowledged.
 */
const [, , relayUrl = '', documentId = '', rateText = '', secondsText = '', writersText = ''] = argv;
const [rate, seconds, writers] = [Number(rateText), Number(secondsText), Number(writersText)];
const parsed = parseDocumentId(documentId);
if (!parsed.ok) throw new Error(`${documentId} is no document ID`);
const keys = deriveKeys(parsed.secret);
const member = await RawMember.connect(relayUrl);
const { nonce } = member.hello;
member.send(
  joinMessage(keys, { nonce, host: member.host, token: '', cursor: undefined, create: false, beforeSeq: 0 }),
);
await member.message('live');
const whole = await stateOfDocument();

const written = sealTyping();
const say = (report: FloodReport) => process.stdout.write(`${JSON.stringify(report)}\n`);
say({ type: 'ready' });
for await (const _ of createInterface({ input: stdin })) break;
const startMs = performance.now();
let sent = 0;
const timer = setInterval(() => {
  const due = Math.min(written.entries.length, Math.floor((rate * (performance.now() - startMs)) / 1000));
  while (sent < due) {
    member.append(sent + 1, written.entries[sent] ?? new Uint8Array());
    sent += 1;
  }
  if (sent === written.entries.length) void finish();
}, 4);

async function finish(): Promise<void> {
  clearInterval(timer);
  const sentMs = performance.now() - startMs;
  await member.ack(sent);
  member.close();
  say({
    type: 'done',
    entries: sent,
    seconds: sentMs / 1000,
    updateBytes: written.updateBytes / sent,
    added: written.added,
  });
}

async function stateOfDocument(): Promise<Uint8Array> {
  const copy = await openDocument({ document: documentId, relayUrl });
  await copy.whenLive();
  const state = Y.encodeStateAsUpdate(copy.doc);
  await copy.close();
  return state;
}

/** Each writer types words at a place of their own, the first one at the top, and takes back a letter now and then. */
function sealTyping(): { entries: Uint8Array[]; updateBytes: number; added: number } {
  const random = seededRandom(11);
  const people = Array.from({ length: writers }, (_, i) => {
    const doc = new Y.Doc();
    doc.clientID = 3_000_000_000 + i;
    Y.applyUpdate(doc, whole);
    const text = doc.getText('content');
    return { doc, text, at: 400 + Math.floor((i * text.length) / writers), typed: 0 };
  });
  const entries: Uint8Array[] = [];
  let updateBytes = 0;
  let added = 0;
  for (let entry = 0; entry < rate * seconds; entry++) {
    const person = random.pick(people);
    const keep = (update: Uint8Array) => {
      updateBytes += update.length;
      entries.push(seal(keys, 'entry', update));
    };
    person.doc.once('update', keep);
    if (person.typed > 0 && random.below(20) === 0) {
      person.typed -= 1;
      added -= 1;
      person.text.delete(person.at + person.typed, 1);
    } else {
      const letter =
        person.typed % 60 === 59 ? '\n' : random.below(6) === 0 ? ' ' : random.pick([...'etaoinsr']);
      person.text.insert(person.at + person.typed, letter);
      person.typed += 1;
      added += 1;
    }
  }
  return { entries, updateBytes, added };
}
