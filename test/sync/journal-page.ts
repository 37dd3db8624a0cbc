import { roomIdFromBytes } from '../../protocol/ids.ts';
import { openInBrowser } from '../../sync/browser.ts';
import { deleteIndexedDbJournal, indexedDbJournal } from '../../sync/journal-indexeddb.ts';
import { deriveKeys } from '../../sync/keys.ts';
import type { Provider } from '../../sync/provider.ts';
import { journalContract } from './journal-contract.ts';

declare global {
  interface Window {
    /** Runs one case of the contract on a database of its own; gives why it failed, or null. */
    runJournalCase(index: number): Promise<string | null>;
    /** The same document at each opening of the page, with no relay; resolves when it is open. */
    openCopy(): Promise<void>;
    copy: Provider;
    /** Every database this page has opened. */
    databases: IDBDatabase[];
    /** How many rows the document's journal holds: of edits, and of those that wait for the relay. */
    journalRows(): Promise<readonly [updates: number, outbox: number]>;
    /** As the library does it. */
    removeFromComputer(): Promise<void>;
  }
}

/** A full disk is noticed when a transaction is to be written: it is aborted. The browser's own quota is looked at rarely. */
let isFull = false;
const add = IDBObjectStore.prototype.add;
IDBObjectStore.prototype.add = function (...args) {
  const request = add.apply(this, args);
  if (isFull) this.transaction.abort();
  return request;
};

window.databases = [];
const open = indexedDB.open.bind(indexedDB);
indexedDB.open = (...args) => {
  const request = open(...args);
  request.addEventListener('success', () => window.databases.push(request.result));
  return request;
};

window.runJournalCase = async (index) => {
  const roomId = roomIdFromBytes(new Uint8Array(16).fill(index + 1));
  const openOne = () => indexedDbJournal(roomId);
  try {
    await journalContract[index]?.run(openOne, {
      full: async (during) => {
        isFull = true;
        await during();
        isFull = false;
      },
      // What is reported is on disk by then: that holds for whoever looks.
      afterKill: openOne,
    });
    return null;
  } catch (error) {
    return error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
  }
};

const keys = deriveKeys({ role: 'edit', editSecret: new Uint8Array(16).fill(7) });

window.openCopy = async () => {
  const user = { name: 'Ann', color: 0 };
  const relayUrl = 'http://127.0.0.1:1';
  window.copy = await openInBrowser({ keys, relayUrl, create: true, user, personId: '' });
};

window.journalRows = async () => {
  const journal = await indexedDbJournal(keys.roomId);
  const { updates, outbox } = await journal.load();
  await journal.close();
  return [updates.length, outbox.length];
};

window.removeFromComputer = () => deleteIndexedDbJournal(keys.roomId);
