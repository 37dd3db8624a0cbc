import { ClassicLevel } from 'classic-level';
import { isLockedError } from './level-database.ts';
import { StoreError } from './log-store.ts';

/**
 * Throws `locked` while another process has the database open. LevelDB is asked to make a database and to open one that
 * is there, neither of which can be: it takes the lock, gives up, and touches no data.
 */
export async function throwIfLocked(location: string): Promise<void> {
  const database = new ClassicLevel(location, { createIfMissing: false, errorIfExists: true });
  try {
    await database.open();
    await database.close();
  } catch (error) {
    if (isLockedError(error))
      throw new StoreError('locked', `Another relay is using the data in ${location}.`, error);
  }
}
