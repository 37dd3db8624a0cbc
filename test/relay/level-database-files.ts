import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { RoomId } from '../../protocol/ids.ts';
import { encodeEntry, entryKey } from '../../relay-server/entry-record.ts';
import { openDatabase } from '../../relay-server/level-database.ts';
import { levelFiles } from '../../relay-server/level-files.ts';
import { salvageDatabase } from '../../relay-server/level-salvage.ts';
import type { LevelTable } from '../../relay-server/level-table.ts';
import { readTable } from '../../relay-server/level-table.ts';
import { type Random, seededRandom } from '../fuzz/random.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { newDocument } from './test-document.ts';

const entries = 9000;

/** Records by the hex of their keys. */
export type Content = ReadonlyMap<string, Buffer>;

/**
 * A real LevelDB that is closed, of several tables in more than one level and a log: most keys were written more than once,
 * some deleted. It is made once; each test works on a copy.
 */
export class LevelDatabaseFiles {
  /** What it holds. */
  readonly content: Content;
  /** A table that LevelDB has deleted: it holds what was changed or deleted since. */
  readonly oldTable: { readonly name: string; readonly file: Buffer };
  readonly #original: string;
  readonly #remove: () => Promise<void>;

  private constructor(made: {
    content: Content;
    oldTable: LevelDatabaseFiles['oldTable'];
    folder: string;
    remove: () => Promise<void>;
  }) {
    this.content = made.content;
    this.oldTable = made.oldTable;
    this.#original = join(made.folder, 'original');
    this.#remove = made.remove;
  }

  static async make(): Promise<LevelDatabaseFiles> {
    const { path: folder, remove } = await temporaryFolder();
    const original = join(folder, 'original');
    const random = seededRandom(1);
    const { roomId } = newDocument('files');
    const content = new Map<string, Buffer>();
    await write(original, content, roomId, random, entries);
    const [name = ''] = await tablesIn(original);
    const file = await readFile(join(original, name));
    await write(original, content, roomId, random, entries / 2);
    const database = await openDatabase(original);
    await database.compactRange(Uint8Array.of(), Uint8Array.of(0xff));
    await database.close();
    await write(original, content, roomId, random, entries / 2);
    if ((await tablesIn(original)).includes(name)) throw new Error('LevelDB has compacted nothing');
    return new LevelDatabaseFiles({ content, oldTable: { name, file }, folder, remove });
  }

  /** A fresh copy, and where it is. */
  async copy(): Promise<string> {
    const location = join(this.#original, '..', 'log');
    await rm(join(this.#original, '..', 'quarantine'), { recursive: true, force: true });
    await rm(location, { recursive: true, force: true });
    await cp(this.#original, location, { recursive: true });
    return location;
  }

  async remove(): Promise<void> {
    await this.#remove();
  }
}

/** One of the tables that are in use, with more than a few blocks. */
export async function someTable(
  location: string,
): Promise<{ path: string; file: Buffer; table: LevelTable }> {
  for (const path of (await levelFiles(location))?.tables ?? []) {
    const file = await readFile(path);
    const table = readTable(file);
    if (table.records.length > 100) return { path, file, table };
  }
  throw new Error('there is no large table');
}

/** Where in a file the bytes of a view of it are. */
export function placeIn(file: Buffer, view: Uint8Array | undefined): number {
  if (view?.buffer !== file.buffer) throw new Error('not a view of the file');
  return view.byteOffset - file.byteOffset;
}

/** Changes bytes of a file. */
export async function flip(path: string, at: number, bytes = 1): Promise<void> {
  const file = await readFile(path);
  for (let i = at; i < at + bytes; i++) file.writeUInt8(file.readUInt8(i) ^ 0x5a, i);
  await writeFile(path, file);
}

/** Salvages a database, and gives what it holds then, and what was told. */
export async function salvaged(location: string): Promise<{ content: Content; told: string }> {
  const lines: string[] = [];
  await salvageDatabase(location, {
    nowMs: 0,
    giveReserve: async () => {},
    warn: (line) => lines.push(line),
  });
  const database = await openDatabase(location);
  const content = new Map<string, Buffer>();
  for await (const [key, value] of database.iterator())
    content.set(Buffer.from(key).toString('hex'), Buffer.from(value));
  await database.close();
  return { content, told: lines.join('\n') };
}

/** Writes entries of a room, many of them again, and deletes every fifth. */
async function write(
  location: string,
  content: Map<string, Buffer>,
  roomId: RoomId,
  random: Random,
  count: number,
): Promise<void> {
  const database = await openDatabase(location);
  for (let written = 0; written < count; written += 10) {
    const operations = Array.from({ length: 10 }, () => {
      const key = entryKey(roomId, 1 + random.below(entries));
      return { type: random.below(5) === 0 ? ('del' as const) : ('put' as const), key, value: value(key) };
    });
    await database.batch(operations);
    for (const { type, key, value } of operations) {
      const name = Buffer.from(key).toString('hex');
      if (type === 'put') content.set(name, value);
      else content.delete(name);
    }
  }
  await database.close();

  function value(key: Uint8Array): Buffer {
    const bytes = Uint8Array.from({ length: 600 + random.below(600) }, () => random.below(256));
    const body = { type: 'inline' as const, bytes };
    return Buffer.from(encodeEntry(key, { mark: bytes.subarray(0, 16), logBytes: 0, body }));
  }
}

async function tablesIn(location: string): Promise<string[]> {
  return (await readdir(location)).filter((name) => name.endsWith('.ldb')).sort();
}

/** The files of a database for all tests of a `describe`, and where each test has a copy of its own. */
export interface LevelDatabaseOfTests {
  files: LevelDatabaseFiles;
  location: string;
}

/** To be called in a `describe`: makes the database before its tests and removes it after them. */
export function levelDatabaseOfTests(): LevelDatabaseOfTests {
  const database = { location: '' } as LevelDatabaseOfTests;
  beforeAll(async () => {
    database.files = await LevelDatabaseFiles.make();
  });
  afterAll(() => database.files.remove());
  beforeEach(async () => {
    database.location = await database.files.copy();
  });
  return database;
}
