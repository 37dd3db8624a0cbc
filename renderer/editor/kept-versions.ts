import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { RoomId } from '../../protocol/ids.ts';

/** Why a version is on this computer: kept by itself, before a version was restored, or looked at (then it is the relay's). */
export type KeptReason = 'opened' | 'meanwhile' | 'closed' | 'restored' | 'relay';

/** A version of a document on this computer, without its content. */
export interface KeptVersion {
  readonly id: string;
  readonly reason: KeptReason;
  /** When the document was so, ms since 1970. */
  readonly atMs: number;
  readonly bytes: number;
  /** Equal for two versions with the same text. */
  readonly fingerprint: string;
}

interface Tables extends DBSchema {
  versions: { key: string; value: KeptVersion };
  updates: { key: string; value: Uint8Array };
}

/** How much is kept of one document; it reaches back some weeks, ever more thinly. */
export const keptLimits = { count: 48, bytes: 64 * 1024 * 1024 } as const;

const databaseName = (roomId: RoomId) => `inkroom-history-${roomId}`;

/** Versions of one document on this computer, bounded. Where the browser keeps no data there are none. */
export class KeptVersions {
  readonly #roomId: RoomId;
  #opened: Promise<IDBPDatabase<Tables> | undefined> | undefined;

  constructor(roomId: RoomId) {
    this.#roomId = roomId;
  }

  /** Those there are, oldest first. */
  async list(): Promise<readonly KeptVersion[]> {
    const database = await this.#database();
    const found = (await database?.getAll('versions').catch(() => [])) ?? [];
    return found.sort((one, other) => one.atMs - other.atMs);
  }

  /** The whole document as one Yjs update (V1), if it is here. */
  async update(id: string): Promise<Uint8Array | undefined> {
    return (await this.#database())?.get('updates', id).catch(() => undefined);
  }

  /** Keeps a version, and drops others as the limits demand. A full disk keeps nothing. */
  async keep(version: Omit<KeptVersion, 'bytes'>, update: Uint8Array): Promise<void> {
    await this.keepAtOnce(version, update);
    await this.tidy(version.atMs);
  }

  /** Keeps a version also where the page ends before this resolves. Nothing is dropped for it before the next `tidy`. */
  async keepAtOnce(version: Omit<KeptVersion, 'bytes'>, update: Uint8Array): Promise<void> {
    const database = await this.#database();
    if (database === undefined) return;
    try {
      const transaction = database.transaction(['versions', 'updates'], 'readwrite');
      const written = [
        transaction.objectStore('versions').put({ ...version, bytes: update.length }),
        transaction.objectStore('updates').put(update, version.id),
        transaction.done,
      ];
      // What is not committed is given up together with the page.
      transaction.commit();
      await Promise.all(written);
    } catch {
      // History is a convenience: the text itself is in the journal.
    }
  }

  /** Drops what the limits demand. */
  async tidy(nowMs: number): Promise<void> {
    const database = await this.#database();
    if (database === undefined) return;
    try {
      const transaction = database.transaction(['versions', 'updates'], 'readwrite');
      const [versions, updates] = [transaction.objectStore('versions'), transaction.objectStore('updates')];
      for (const id of dropped(await versions.getAll(), nowMs)) {
        await versions.delete(id);
        await updates.delete(id);
      }
      await transaction.done;
    } catch {
      // The next one drops them.
    }
  }

  async close(): Promise<void> {
    (await this.#opened)?.close();
    this.#opened = undefined;
  }

  #database(): Promise<IDBPDatabase<Tables> | undefined> {
    this.#opened ??= openDB<Tables>(databaseName(this.#roomId), 1, {
      upgrade(created) {
        created.createObjectStore('versions', { keyPath: 'id' });
        created.createObjectStore('updates');
      },
      blocking: (_current, _blocked, event) => {
        if (event.target instanceof IDBDatabase) event.target.close();
        this.#opened = undefined;
      },
      terminated: () => {
        this.#opened = undefined;
      },
    }).catch(() => undefined);
    return this.#opened;
  }
}

/** Removes what this computer keeps of a document's history. */
export function forgetKeptVersions(roomId: RoomId): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(databaseName(roomId));
    request.onsuccess = () => resolve();
    request.onerror = () => resolve();
  });
}

/**
 * The ids of the versions that go: first the oldest ones of the relay, which has them too; then of this computer's own
 * those nearest to the one before, for their age. The newest of all always stays.
 */
export function dropped(versions: readonly KeptVersion[], nowMs: number): readonly string[] {
  const kept = [...versions].sort((one, other) => one.atMs - other.atMs);
  const gone: string[] = [];
  const isOver = () =>
    kept.length > keptLimits.count || kept.reduce((sum, { bytes }) => sum + bytes, 0) > keptLimits.bytes;
  while (kept.length > 1 && isOver()) {
    const ofRelay = kept.findIndex(({ reason }) => reason === 'relay');
    const at = ofRelay >= 0 && ofRelay < kept.length - 1 ? ofRelay : mostCrowded(kept, nowMs);
    gone.push(...kept.splice(at, 1).map(({ id }) => id));
  }
  return gone;
}

/** Of all but the newest and the oldest the one whose neighbours are nearest to each other, for its age. */
function mostCrowded(kept: readonly KeptVersion[], nowMs: number): number {
  let crowded = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 1; i < kept.length - 1; i++) {
    const [before, here, after] = [kept[i - 1], kept[i], kept[i + 1]];
    if (before === undefined || here === undefined || after === undefined) continue;
    const room = (after.atMs - before.atMs) / Math.max(1, nowMs - here.atMs);
    if (room >= least) continue;
    least = room;
    crowded = i;
  }
  return crowded;
}
