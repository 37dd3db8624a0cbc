import { open, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readManifest } from './level-manifest.ts';
import { isSound } from './level-table.ts';

const usualDisk = { open, readFile };

/** The files of a LevelDB that is closed. */
export interface LevelFiles {
  /** Those that are part of the database, as far as that is known. */
  readonly tables: readonly string[];
  /** Tables that LevelDB may have made and not used yet; it deletes them. */
  readonly unusedTables: readonly string[];
  readonly logs: readonly string[];
  /** Whether LevelDB's index is as it was written and what it names is there. Otherwise every file counts: of deleted ones some may be left. */
  readonly isIndexed: boolean;
}

/** Looks at what is there and at LevelDB's index; undefined where there is no database. Tests pass a disk that fails. */
export async function levelFiles(location: string, disk = usualDisk): Promise<LevelFiles | undefined> {
  const names = await orElse(readdir(location), []);
  const numbered = (pattern: RegExp) =>
    names.filter((name) => pattern.test(name)).map((name) => ({ number: Number.parseInt(name, 10), name }));
  const tables = numbered(/^\d+\.(?:ldb|sst)$/u);
  const logs = numbered(/^\d+\.log$/u);
  const paths = (files: readonly { name: string }[]) => files.map(({ name }) => join(location, name));
  const index = await readIndex(location, names, disk);
  const there = new Set(tables.map(({ number }) => number));
  const isIndexed =
    index !== undefined &&
    [...index.tables].every((number) => there.has(number)) &&
    // Before the last change of the index is written down, its log is there: without it, the end of the index is missing.
    (index.logNumber === 0 || logs.some(({ number }) => number === index.logNumber));
  if (!isIndexed) {
    if (tables.length === 0 && logs.length === 0) return undefined;
    return { tables: paths(tables), unusedTables: [], logs: paths(logs), isIndexed };
  }
  return {
    tables: paths(tables.filter(({ number }) => index.tables.has(number))),
    unusedTables: paths(tables.filter(({ number }) => !index.tables.has(number) && number >= index.nextFile)),
    logs: paths(logs.filter(({ number }) => number >= index.logNumber || number === index.previousLog)),
    isIndexed,
  };
}

async function readIndex(location: string, names: readonly string[], disk: typeof usualDisk) {
  if (!names.includes('CURRENT')) return undefined;
  const current = await readPieces(join(location, 'CURRENT'), disk);
  const name = Buffer.from(current).toString().trim();
  return names.includes(name) ? readManifest(await readPieces(join(location, name), disk)) : undefined;
}

/**
 * `index`: LevelDB must not open these files, since it deletes those that its index does not name. `tables`: it opens them,
 * and ends the process where it compacts keys out of order.
 */
export type LevelDamage = 'none' | 'tables' | 'index';

/** Looks at the index, and at the tables where they are up to `mostBytes` in all. */
export async function findDamage(location: string, mostBytes: number): Promise<LevelDamage> {
  const files = await levelFiles(location);
  if (files === undefined) return 'none';
  if (!files.isIndexed) return 'index';
  if ((await bytesOf(files.tables)) > mostBytes) return 'none';
  const tables = new WholeFiles();
  for (const path of files.tables) if (!isSound(await tables.read(path))) return 'tables';
  return 'none';
}

/** Reads file after file into the same memory: what a start has looked at is not kept. */
class WholeFiles {
  #memory = Buffer.alloc(0);

  /** The bytes of a file until the next one is read; without an end that the disk cannot read. */
  async read(path: string): Promise<Uint8Array> {
    const handle = await open(path);
    try {
      const { size } = await handle.stat();
      if (size > this.#memory.length) this.#memory = Buffer.allocUnsafeSlow(size);
      let bytes = 0;
      while (bytes < size) {
        const { bytesRead } = await orElse(
          handle.read(this.#memory, bytes, size - bytes, bytes),
          nothing,
          'EIO',
        );
        if (bytesRead === 0) break;
        bytes += bytesRead;
      }
      return this.#memory.subarray(0, bytes);
    } finally {
      await handle.close();
    }
  }
}

const nothing = { bytesRead: 0 };

/** The sum of the sizes of files. */
export async function bytesOf(paths: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const path of paths) bytes += (await stat(path)).size;
  return bytes;
}

const pieceBytes = 4096;

/** A whole file; where the disk cannot read it, zeros in the places that it cannot read. */
export async function readPieces(path: string, disk = usualDisk): Promise<Uint8Array> {
  try {
    return await disk.readFile(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EIO')) throw error;
  }
  const handle = await disk.open(path);
  try {
    const file = Buffer.alloc((await handle.stat()).size);
    for (let at = 0; at < file.length; at += pieceBytes)
      await orElse(handle.read(file, at, Math.min(pieceBytes, file.length - at), at), undefined, 'EIO');
    return file;
  } finally {
    await handle.close();
  }
}

async function orElse<T, U>(reading: Promise<T>, otherwise: U, code = 'ENOENT'): Promise<T | U> {
  return await reading.catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === code) return otherwise;
    throw error;
  });
}
