import type { Database } from './level-database.ts';
import { isCorruption, storeErrorOf } from './level-database.ts';
import { StoreError } from './log-store.ts';

/**
 * A LevelDB that is closed and opened again after every failed write: it would go on to acknowledge synced writes that
 * are gone at the next start. Where it says that its files are damaged, they are repaired before; where that fails, they are used
 * as they are. Writes go one at a time; reads that meet the reopening are repeated. Errors are `StoreError`.
 */
export class ReopeningDatabase {
  readonly #open: () => Promise<Database>;
  readonly #repair: () => Promise<void>;
  readonly #onReopened: (database: Database) => Promise<void>;
  #database: Database | undefined;
  #reopening: Promise<void> | undefined;
  #lastWrite: Promise<void> = Promise.resolve();
  #closed = false;
  #needsRepair = false;
  /** Why it does not open. */
  #failure = '';

  /** `repair` mends LevelDB's own files while it is closed, and tells the operator where it cannot. `onReopened` puts in order what the failed write left, before anyone else uses the database. */
  constructor(options: {
    database: Database;
    open: () => Promise<Database>;
    repair: () => Promise<void>;
    onReopened: (database: Database) => Promise<void>;
  }) {
    this.#database = options.database;
    this.#open = options.open;
    this.#repair = options.repair;
    this.#onReopened = options.onReopened;
  }

  /** Waits for the write under way and closes. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#lastWrite;
    await this.#reopening;
    await this.#database?.close();
    this.#database = undefined;
  }

  /** Runs one write at a time. After an error LevelDB is not trusted: it is closed and opened again before the next. */
  async write<T>(write: (database: Database) => Promise<T>): Promise<T> {
    const result = this.#lastWrite.then(async () => {
      const database = await this.#openedDatabase();
      try {
        return await write(database);
      } catch (error) {
        const storeError = storeErrorOf(error);
        this.#needsRepair ||= isCorruption(error);
        if (storeError !== error || storeError.code !== 'disk-full') await this.#reopen();
        throw storeError;
      }
    });
    this.#lastWrite = result.then(
      () => {},
      () => {},
    );
    return await result;
  }

  /** Reads, once more if the database was closed under it. */
  async read<T>(read: (database: Database) => Promise<T>): Promise<T> {
    const database = await this.#openedDatabase();
    try {
      return await read(database);
    } catch (error) {
      if (this.#database === database) throw storeErrorOf(error);
    }
    try {
      return await read(await this.#openedDatabase());
    } catch (error) {
      throw storeErrorOf(error);
    }
  }

  async #openedDatabase(): Promise<Database> {
    await this.#reopening;
    if (this.#database === undefined && !this.#closed) await this.#reopen();
    if (this.#database === undefined)
      throw new StoreError('store-failed', this.#closed ? 'The store is closed.' : this.#failure);
    return this.#database;
  }

  async #reopen(): Promise<void> {
    this.#reopening ??= this.#openAgain().finally(() => {
      this.#reopening = undefined;
    });
    await this.#reopening;
  }

  /** Never throws: where the database does not open, the next use tries again. */
  async #openAgain(): Promise<void> {
    const old = this.#database;
    this.#database = undefined;
    try {
      await old?.close();
      // Unrepaired, it goes on for all but those who meet the damage. They ask for a repair again.
      if (this.#needsRepair) await this.#repair().catch(() => {});
      this.#database = await this.#opened();
    } catch (error) {
      // The error that led here is the one that is reported.
      this.#needsRepair ||= isCorruption(error);
      this.#failure = storeErrorOf(error).message;
    }
  }

  async #opened(): Promise<Database> {
    const database = await this.#open();
    this.#needsRepair = false;
    try {
      await this.#onReopened(database);
      return database;
    } catch (error) {
      await database.close();
      throw error;
    }
  }
}
