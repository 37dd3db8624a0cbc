import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from 'idb';
import { type Cursor, idBytes, type RoomId, toHex } from '../protocol/ids.ts';
import type { Hole, Journal, JournalChange, JournalContent, OutboxRow } from './journal.ts';
import { type OpenedJournal, reopeningJournal } from './journal-reopening.ts';

interface Tables extends DBSchema {
  updates: { key: number; value: Uint8Array };
  outbox: { key: number; value: OutboxRow; indexes: { id: string } };
  /** `identity`: which database this is, 16 random bytes. */
  state: { key: 'cursor' | 'identity'; value: Cursor | Uint8Array };
  /** `true` is of a version that kept no more than the seq. */
  holes: { key: number; value: Hole | true };
}

const tables = ['updates', 'outbox', 'state', 'holes'] as const;

/**
 * The journal of one document in IndexedDB, a database each, with strict durability: a committed step survives power
 * loss.
 */
export function indexedDbJournal(roomId: RoomId): Promise<Journal> {
  return reopeningJournal((onLost) => open(roomId, onLost));
}

async function open(roomId: RoomId, onLost: () => void): Promise<OpenedJournal> {
  let lost: OpenedJournal['lost'];
  const database = await openDB<Tables>(`inkroom-document-${roomId}`, 1, {
    upgrade(created) {
      created.createObjectStore('updates', { autoIncrement: true });
      created.createObjectStore('outbox', { autoIncrement: true }).createIndex('id', 'id', { unique: true });
      const identity = crypto.getRandomValues(new Uint8Array(idBytes));
      void created.createObjectStore('state').put(identity, 'identity');
      created.createObjectStore('holes');
    },
    // Removed from this computer in another window, or made another version's there: both wait for this.
    blocking: (_current, newVersion, event) => {
      lost = newVersion === null ? 'removed' : 'by-accident';
      (event.target as IDBDatabase).close();
      if (newVersion !== null) onLost();
    },
    // By the browser: someone has cleared its data, or its disk fails.
    terminated: () => {
      lost = 'by-accident';
      onLost();
    },
  });
  const identity = await database.get('state', 'identity');
  return {
    // A database of an earlier version has none, and is told from one that was made since all the same.
    identity: identity instanceof Uint8Array ? toHex(identity) : '',
    get lost() {
      return lost;
    },
    load: () => load(database),
    commit: (change) => commit(database, change),
    close: () => {
      database.close();
      return Promise.resolve();
    },
  };
}

/** Removes a document's journal from this computer. */
export function deleteIndexedDbJournal(roomId: RoomId): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(`inkroom-document-${roomId}`);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error ?? new Error('the journal could not be removed'));
  });
}

async function load(database: IDBPDatabase<Tables>): Promise<JournalContent> {
  const transaction = database.transaction(tables, 'readonly');
  const [keys, updates, outbox, cursor, seqs, holes] = await Promise.all([
    transaction.objectStore('updates').getAllKeys(),
    transaction.objectStore('updates').getAll(),
    transaction.objectStore('outbox').getAll(),
    transaction.objectStore('state').get('cursor'),
    transaction.objectStore('holes').getAllKeys(),
    transaction.objectStore('holes').getAll(),
  ]);
  const rows = keys.map((key, i) => ({ key, update: updates[i] ?? new Uint8Array() }));
  const whole = seqs.map((seq, i): Hole => {
    const hole = holes[i] ?? true;
    return hole === true ? { seq, before: undefined, givenUpBy: '' } : hole;
  });
  return { updates: rows, outbox, cursor: cursor instanceof Uint8Array ? undefined : cursor, holes: whole };
}

async function commit(database: IDBPDatabase<Tables>, change: JournalChange): Promise<readonly number[]> {
  const transaction = database.transaction(tables, 'readwrite', { durability: 'strict' });
  // Every request is made before anything is awaited: a transaction with no request under way commits by itself.
  const updates = transaction.objectStore('updates');
  const added = (change.addUpdates ?? []).map((update) => updates.add(update));
  const requests = [...added, ...requestsOf(change, transaction)];
  try {
    await Promise.all([...requests, transaction.done]);
    return await Promise.all(added);
  } catch (error) {
    await Promise.allSettled(requests);
    throw transaction.error ?? error;
  }
}

function requestsOf(change: JournalChange, transaction: WriteTransaction): Promise<unknown>[] {
  const updates = transaction.objectStore('updates');
  const outbox = transaction.objectStore('outbox');
  const removeFromOutbox = async (id: string) => {
    const key = await outbox.index('id').getKey(id);
    if (key !== undefined) await outbox.delete(key);
  };
  const putInOutbox = async (row: OutboxRow) => {
    const key = await outbox.index('id').getKey(row.id);
    await outbox.put(row, key);
  };
  return [
    ...(change.removeUpdates ?? []).map((key) => updates.delete(key)),
    ...(change.putOutbox ?? []).map(putInOutbox),
    ...(change.removeOutbox ?? []).map(removeFromOutbox),
    ...(change.cursor === undefined ? [] : [transaction.objectStore('state').put(change.cursor, 'cursor')]),
    ...(change.clearHoles ? [transaction.objectStore('holes').clear()] : []),
    ...(change.removeHoles ?? []).map((seq) => transaction.objectStore('holes').delete(seq)),
    ...(change.addHoles ?? []).map((hole) => transaction.objectStore('holes').put(hole, hole.seq)),
  ];
}

type WriteTransaction = IDBPTransaction<Tables, typeof tables, 'readwrite'>;
