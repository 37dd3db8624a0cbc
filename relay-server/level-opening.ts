import { toHex } from '../protocol/ids.ts';
import { entryKey, formatKey, tryDecodeEntry } from './entry-record.ts';
import type { LargeEntries } from './large-entries.ts';
import type { Database } from './level-database.ts';
import { isCorruption } from './level-database.ts';
import { StoreError } from './log-store.ts';

/** Version of keys, records and folders. A store with a higher one is not opened. */
const formatVersion = 1;

/** After a repair the database is a fresh one; where that is damaged, too, more repairs would only fill the disk. */
export const mostAttempts = 2;

/** Opens and prepares the database; where either says that LevelDB's files are damaged, again after their repair. */
export async function openPrepared(means: {
  open: () => Promise<Database>;
  repair: () => Promise<void>;
  prepare: (database: Database) => Promise<void>;
}): Promise<Database> {
  const attempt = async () => {
    const database = await means.open();
    try {
      await means.prepare(database);
      return database;
    } catch (error) {
      await database.close();
      throw error;
    }
  };
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      if (!isCorruption(error) || attempts === mostAttempts) throw error;
      await means.repair();
    }
  }
}

/** Makes a new store of this version, and leaves one of a newer version alone. */
export async function checkFormat(database: Database, folder: string): Promise<void> {
  const format = await database.get(formatKey);
  throwIfNewer(format, folder);
  if (format === undefined) {
    await database.put(formatKey, Uint8Array.of(formatVersion), { sync: true });
  }
}

/** Throws `newer-format` where the record of the version is that of a relay that knows more kinds of records. */
export function throwIfNewer(format: Uint8Array | undefined, folder: string): void {
  const version = format?.[0] ?? formatVersion;
  if (version > formatVersion) {
    const versions = `format ${version}, this relay knows ${formatVersion}`;
    throw new StoreError(
      'newer-format',
      `The data in ${folder} is from a newer relay (${versions}). Update this relay.`,
    );
  }
}

/** Decides for each file that was placed and not settled whether its record was committed. */
export async function settlePlacements(database: Database, large: LargeEntries): Promise<void> {
  for (const placement of await large.unsettled()) {
    const { roomId, seq, name } = placement;
    const key = entryKey(roomId, seq);
    const value = await database.get(key);
    const entry = value === undefined ? undefined : tryDecodeEntry(key, value);
    // The file of a damaged record is for its repair to put into quarantine.
    const isDamaged = value !== undefined && entry === undefined;
    const kept = isDamaged || (entry?.body.type === 'file' && toHex(entry.body.name) === name);
    await large.settle(placement, kept);
  }
}
