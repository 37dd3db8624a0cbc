import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { LibraryDocument } from './library-store.ts';
import type { Settings } from './settings-store.ts';

interface Tables extends DBSchema {
  documents: { key: string; value: LibraryDocument };
  settings: { key: 'settings'; value: Settings };
}

/** A table of this computer's library, and the word by which windows tell each other that it changed. */
export type TableName = 'documents' | 'settings';

const news = new BroadcastChannel('inkroom-library');
const listeners = new Map<TableName, () => void>();
let opened: Promise<IDBPDatabase<Tables>> | undefined;

news.addEventListener('message', (event: MessageEvent<unknown>) => {
  for (const [table, listener] of listeners) if (event.data === table) listener();
});

/** The library's database, opened once and again after the browser has closed it. */
export function database(): Promise<IDBPDatabase<Tables>> {
  opened ??= openDB<Tables>('inkroom-library', 1, {
    upgrade(created) {
      created.createObjectStore('documents', { keyPath: 'roomId' });
      created.createObjectStore('settings');
    },
    blocking: (_current, _blocked, event) => {
      if (event.target instanceof IDBDatabase) event.target.close();
      opened = undefined;
    },
    terminated: () => {
      opened = undefined;
    },
  }).catch((error: unknown) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

/** Calls back whenever another window has changed the table. */
export function onTableChanged(table: TableName, listener: () => void): void {
  listeners.set(table, listener);
}

/** Tells all other windows that the table has changed. */
export function tellTableChanged(table: TableName): void {
  news.postMessage(table);
}
