import { signal } from '@preact/signals';
import type { Cursor, Role, RoomId } from '../protocol/ids.ts';
import type { RelayChoice } from './bridge.ts';
import { database, onTableChanged, tellTableChanged } from './database.ts';

/** A document on this computer, as the library lists it. Its text is in its journal. */
export interface LibraryDocument {
  readonly roomId: RoomId;
  /** The ID that can do most: an edit ID once one is known. */
  readonly documentId: string;
  readonly role: Role;
  readonly relay: RelayChoice;
  /** True from New until the relay has it, so that opening it again goes on creating it. */
  readonly create: boolean;
  readonly title: string;
  /** Changes that only this computer has, as its window last knew. */
  readonly unsaved: number;
  /** Last change of the text seen here, ms since 1970. */
  readonly editedMs: number;
  /** Where the copy here stands in the log, as its window last knew: from there on the list looks who is in it. */
  readonly cursor?: Cursor;
  /** Whom others see as the person here, as of the last opening. */
  readonly clientId?: number;
}

/** All documents on this computer, the last edited first; undefined until they have been read. */
export const libraryDocuments = signal<readonly LibraryDocument[] | undefined>(undefined);

/** Reads the library, and again whenever another window has changed it. */
export async function loadLibrary(): Promise<void> {
  onTableChanged('documents', () => void read());
  await read();
}

/** The document of a room, if it is on this computer. */
export async function findDocument(roomId: RoomId): Promise<LibraryDocument | undefined> {
  return (await database()).get('documents', roomId);
}

/**
 * Writes down what is known of a document; `added` gives the values of one that is not listed yet.
 * An edit ID is never replaced by the view ID of the same document.
 */
export async function recordDocument(
  added: LibraryDocument,
  change: Partial<LibraryDocument>,
): Promise<void> {
  const tables = await database();
  const transaction = tables.transaction('documents', 'readwrite', { durability: 'strict' });
  const known = await transaction.store.get(added.roomId);
  const next = { ...(known ?? added), ...change };
  const identity = known?.role === 'edit' ? known : added;
  await transaction.store.put({ ...next, documentId: identity.documentId, role: identity.role });
  await transaction.done;
  tellTableChanged('documents');
  await read();
}

/** Takes a document off the list. Its journal is the caller's to delete. */
export async function forgetDocument(roomId: RoomId): Promise<void> {
  const tables = await database();
  const transaction = tables.transaction('documents', 'readwrite', { durability: 'strict' });
  await Promise.all([transaction.store.delete(roomId), transaction.done]);
  tellTableChanged('documents');
  await read();
}

async function read(): Promise<void> {
  const found = await (await database()).getAll('documents');
  libraryDocuments.value = found.sort((a, b) => b.editedMs - a.editedMs);
}
