import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from './level-database.ts';
import { openDatabase } from './level-database.ts';
import { StoreError } from './log-store.ts';

/**
 * Locks a database for this process until the lock is closed, or the process ends in whatever way; throws `locked` where
 * another one has it. The database's own lock is not enough: it is free while the database is closed to be mended, and goes
 * with the damaged files. The lock is a LevelDB in which nothing is written, since Node has no lock that ends with a process.
 */
export async function lockDatabase(location: string): Promise<Pick<Database, 'close'>> {
  const path = `${location}.lock`;
  try {
    return await openDatabase(path);
  } catch (error) {
    throwIfLocked(location, error);
  }
  // It is damaged, as any file may be. Its file `LOCK` stays: another process may have locked it meanwhile.
  await rm(join(path, 'CURRENT'), { force: true });
  try {
    return await openDatabase(path);
  } catch (error) {
    throwIfLocked(location, error);
    throw error;
  }
}

function throwIfLocked(location: string, error: unknown): void {
  if (error instanceof StoreError && error.code === 'locked')
    throw new StoreError('locked', `Another relay is using the data in ${location}.`, error);
}
