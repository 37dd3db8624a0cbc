import * as fs from 'node:fs/promises';
import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { crc32c, maskedCrc32c } from '../../relay-server/crc32c.ts';
import { openDatabase } from '../../relay-server/level-database.ts';
import { findDamage, levelFiles, readPieces } from '../../relay-server/level-files.ts';
import type { LevelRecord } from '../../relay-server/level-record.ts';
import { readTable } from '../../relay-server/level-table.ts';
import { flip, levelDatabaseOfTests, placeIn, salvaged, someTable } from './level-database-files.ts';

const everything = Number.POSITIVE_INFINITY;
const footerBytes = 48;

test('CRC-32C is that of LevelDB', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
});

/** A whole block with one record, as in a table. */
function blockOf(keyHex: string): Buffer {
  const key = Buffer.concat([Buffer.from(keyHex, 'hex'), Buffer.of(1, 1, 0, 0, 0, 0, 0, 0)]);
  const entry = Buffer.concat([Buffer.of(0, key.length, 5), key, Buffer.from('value')]);
  const checked = Buffer.concat([entry, Buffer.of(0, 0, 0, 0, 1, 0, 0, 0), Buffer.of(0)]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(maskedCrc32c(checked));
  return Buffer.concat([checked, checksum]);
}

/** A disk that can read one file in pieces only, and not the one that begins at `offset`. */
function diskFailingAt(path: string, offset: number) {
  const failure = Object.assign(new Error('i/o error'), { code: 'EIO' });
  const readFile = (async (name: string) =>
    name === path ? await Promise.reject(failure) : await fs.readFile(name)) as typeof fs.readFile;
  const open = async (name: Parameters<typeof fs.open>[0]) => {
    const handle = await fs.open(name);
    const read = handle.read.bind(handle) as (...where: unknown[]) => ReturnType<typeof handle.read>;
    const failing = (...where: unknown[]) =>
      where.at(-1) === offset ? Promise.reject(failure) : read(...where);
    return Object.assign(handle, { read: failing });
  };
  return { open, readFile };
}

describe('the files of a LevelDB, read without it', () => {
  const made = levelDatabaseOfTests();

  const keyOf = ({ key }: LevelRecord) => Buffer.from(key).toString('hex');
  /** Checks that everything is there but what the records of some keys may have said. */
  const isAllBut = async (lost: readonly LevelRecord[]) => {
    const { content, told } = await salvaged(made.location);
    const touched = new Set(lost.map(keyOf));
    const missing = [...made.files.content].filter(([key]) => !touched.has(key));
    expect(missing.filter(([key, value]) => content.get(key)?.equals(value) !== true)).toHaveLength(0);
    expect([...content.keys()].filter((key) => !touched.has(key) && !made.files.content.has(key))).toEqual(
      [],
    );
    expect(await findDamage(made.location, everything)).toBe('none');
    return told;
  };
  /** What was in a table, and is in none of the blocks that can be read. */
  const lostOf = async (path: string, before: readonly LevelRecord[]) => {
    const left = new Set(readTable(await readFile(path)).records.map(nameOf));
    return before.filter((record) => !left.has(nameOf(record)));
  };
  const nameOf = (record: LevelRecord) => `${keyOf(record)} ${record.sequence}`;
  const middle = <T>(of: readonly T[]) => of[Math.floor(of.length / 2)];

  test('[G1] all tables and logs of an undamaged one are sound and hold what was written', async () => {
    expect(await findDamage(made.location, everything)).toBe('none');
    const { tables = [], logs = [] } = (await levelFiles(made.location)) ?? {};
    expect(tables.length).toBeGreaterThan(2);
    expect(logs).toHaveLength(1);
    expect(await isAllBut([])).toContain(`(${made.files.content.size} records; 0 damaged parts`);
  });

  test('[L4] a damaged block costs the records in it', async () => {
    const { path, file, table } = await someTable(made.location);
    await flip(path, placeIn(file, middle(table.records)?.value));
    expect(await findDamage(made.location, everything)).toBe('tables');
    const lost = await lostOf(path, table.records);
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.length).toBeLessThan(20);
    expect(await isAllBut(lost)).toContain('1 damaged parts of files');
    const [kept = ''] = await readdir(join(dirname(made.location), 'quarantine'));
    expect(await readdir(join(dirname(made.location), 'quarantine', kept))).toContain(path.split('/').at(-1));
  });

  test('[L4] where the disk cannot read a table, what it can read of it is used', async () => {
    const { path, file } = await someTable(made.location);
    const found = Buffer.from(await readPieces(path, diskFailingAt(path, 8192)));
    expect(found.equals(file)).toBe(false);
    file.fill(0, 8192, 12288);
    expect(found.equals(file)).toBe(true);
  });

  for (const [what, before] of [
    ['footer', 8],
    ['place of the index in the footer', footerBytes - 2],
    ['last entries of the index', footerBytes + 100],
    ['first entries of the index', footerBytes + 8000],
  ] as const) {
    test(`[G1] wrong bytes in the ${what} of a table lose nothing`, async () => {
      const { path, file } = await someTable(made.location);
      await flip(path, file.length - before, 4);
      expect(await findDamage(made.location, everything)).toBe('tables');
      await isAllBut([]);
    });
  }

  test('[L4] where the index is damaged, too, what follows a damaged block is found by what is left of the index', async () => {
    const { path, file, table } = await someTable(made.location);
    await flip(path, placeIn(file, table.records[3]?.value));
    await flip(path, file.length - footerBytes - 1000);
    const lost = await lostOf(path, table.records);
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.length).toBeLessThan(20);
    await isAllBut(lost);
  });

  test('[L4] a block that a member has sent inside an entry is not taken for one', async () => {
    const planted = blockOf(Buffer.from('planted').toString('hex'));
    expect(readTable(planted).records.map(keyOf)).toEqual([Buffer.from('planted').toString('hex')]);
    const { file, table } = await someTable(made.location);
    planted.copy(file, placeIn(file, middle(table.records)?.value));
    file.fill(0x5a, file.length - footerBytes);
    const found = readTable(file).records;
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThan(table.records.length);
    expect(found.map(keyOf)).not.toContain(Buffer.from('planted').toString('hex'));
  });

  test('[G1] a filter that is damaged is noticed: LevelDB would say that keys are not there', async () => {
    const { path, file, table } = await someTable(made.location);
    const last = table.records.at(-1);
    await flip(path, placeIn(file, last?.value) + (last?.value?.length ?? 0) + 100);
    expect(await findDamage(made.location, everything)).toBe('tables');
    await isAllBut([]);
  });

  test('[L4] wrong bytes in a log cost the writes that touch its block', async () => {
    const [path = ''] = (await levelFiles(made.location))?.logs ?? [];
    await flip(path, 200_000, 4);
    const { content } = await salvaged(made.location);
    const wrong = [...made.files.content].filter(([key, value]) => content.get(key)?.equals(value) !== true);
    // Two writes of ten entries go over the ends of a block of 32 KiB.
    expect(wrong.length).toBeGreaterThan(0);
    expect(wrong.length).toBeLessThan(70);
  });

  test('[G1] a table that LevelDB uses no more brings nothing back', async () => {
    await writeFile(join(made.location, made.files.oldTable.name), made.files.oldTable.file);
    await isAllBut([]);
  });

  test('[G1] without LevelDB’s index everything is found', async () => {
    await rm(join(made.location, 'CURRENT'));
    expect(await findDamage(made.location, 0)).toBe('index');
    await isAllBut([]);
  });

  test('[G1] where the disk cannot read CURRENT, all files count, as without it', async () => {
    const found = await levelFiles(made.location, diskFailingAt(join(made.location, 'CURRENT'), 0));
    const { tables = ['none'] } = (await levelFiles(made.location)) ?? {};
    expect(found).toMatchObject({ isIndexed: false, tables: expect.arrayContaining([...tables]) });
  });

  test('[G1] an index with an end that a power failure has left blank is good', async () => {
    const name = (await readdir(made.location)).find((file) => file.startsWith('MANIFEST')) ?? '';
    await fs.appendFile(join(made.location, name), Buffer.alloc(100));
    expect(await findDamage(made.location, everything)).toBe('none');
  });

  test('[G1] an index without its last change is not believed: LevelDB would delete what it lacks', async () => {
    const database = await openDatabase(made.location);
    // So much that LevelDB begins a second log, for which it has to be done with the first.
    const puts = [...made.files.content].map(([key, value]) => ({
      type: 'put' as const,
      key: Buffer.from(key, 'hex'),
      value,
    }));
    for (let at = 0; at < 2 * puts.length; at += 100) {
      const from = at % puts.length;
      await database.batch(puts.slice(from, from + 100));
    }
    await database.close();
    const name = (await readdir(made.location)).find((file) => file.startsWith('MANIFEST')) ?? '';
    const manifest = await readFile(join(made.location, name));
    const lengthAt = (at: number) => 7 + manifest.readUInt16LE(at + 4);
    const second = lengthAt(0);
    await truncate(join(made.location, name), second + lengthAt(second) + 3);
    expect(await findDamage(made.location, 0)).toBe('index');
    await isAllBut([]);
  });
});
