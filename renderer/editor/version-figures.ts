import * as Y from 'yjs';
import { readPeople } from '../../sync/people.ts';
import { cleanName } from '../person.ts';

/** What has to be known of a state to say how another one differs from it. */
export interface VersionSummary {
  /** How far each writer had come, by clientID. */
  readonly clocks: ReadonlyMap<number, number>;
  /** UTF-16 units of text. */
  readonly characters: number;
}

/** What happened between two states. */
export interface VersionChanges {
  readonly added: number;
  readonly removed: number;
  /** Who wrote, each one named once; nobody where only something was removed, since a removal does not say by whom. */
  readonly authors: readonly Author[];
}

/** Someone who wrote; without a name where the document does not tell it. */
export interface Author {
  readonly clientId: number;
  /** Of one person at all openings; empty where it is not known. */
  readonly id: string;
  readonly name: string;
}

/** The start of every document. */
export const nothingYet: VersionSummary = { clocks: new Map(), characters: 0 };

/** The document as an update (V1) has it; the caller destroys it. */
export function documentOf(update: Uint8Array): Y.Doc {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, update);
  return doc;
}

/** Sums up a state. */
export function summaryOf(doc: Y.Doc): VersionSummary {
  return {
    clocks: Y.decodeStateVector(Y.encodeStateVector(doc)),
    characters: doc.getText('content').length,
  };
}

/** How a state differs from an older one, exactly and without comparing texts: Yjs numbers what each person writes. */
export function changesSince(
  doc: Y.Doc,
  older: VersionSummary,
  named: ReadonlyMap<number, Author>,
): VersionChanges {
  const text = doc.getText('content');
  let added = 0;
  for (let item = text._start; item !== null; item = item.right) {
    if (item.deleted || !item.countable) continue;
    const known = (older.clocks.get(item.id.client) ?? 0) - item.id.clock;
    added += Math.max(0, item.length - Math.max(0, known));
  }
  const removed = Math.max(0, older.characters + added - text.length);
  const authors = new Map<string, Author>();
  for (const clientId of writersSince(doc, older)) {
    const author = named.get(clientId) ?? { clientId, id: '', name: '' };
    authors.set(author.id || author.name || String(clientId), author);
  }
  return { added, removed, authors: [...authors.values()] };
}

/** The people whom a document names, by the clientIDs under which they wrote. */
export function peopleNamed(doc: Y.Doc): Map<number, Author> {
  const people = new Map<number, Author>();
  for (const [clientId, { id, name }] of readPeople(doc.getMap('people')))
    people.set(clientId, { clientId, id, name: cleanName(name) });
  return people;
}

/** The same, with whoever the document names now under the name that it gives them. */
export function underPresentNames(
  changes: VersionChanges,
  named: ReadonlyMap<number, Author>,
): VersionChanges {
  return { ...changes, authors: changes.authors.map((author) => named.get(author.clientId) ?? author) };
}

/** Clients with something new, but for those that have only said their name. */
function writersSince(doc: Y.Doc, older: VersionSummary): number[] {
  const people = doc.getMap('people');
  const writers: number[] = [];
  for (const [client, structs] of doc.store.clients) {
    const known = older.clocks.get(client) ?? 0;
    const hasWritten = (struct: Y.Item | Y.GC) =>
      struct.id.clock + struct.length > known && !(struct instanceof Y.Item && struct.parent === people);
    if (structs.some(hasWritten)) writers.push(client);
  }
  return writers;
}
