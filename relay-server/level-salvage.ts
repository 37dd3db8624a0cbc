import { mkdir, open, readdir, rename, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RoomId } from '../protocol/ids.ts';
import { exists, syncFolder } from './disk-paths.ts';
import { decodeRoom, entryKey, formatKey, prefixes, roomKey, tryDecodeEntry } from './entry-record.ts';
import type { Database } from './level-database.ts';
import { openDatabase } from './level-database.ts';
import type { LevelFiles } from './level-files.ts';
import { bytesOf, levelFiles, readPieces } from './level-files.ts';
import { readLog } from './level-log.ts';
import type { RecordSource } from './level-merge.ts';
import { newestRecords } from './level-merge.ts';
import { throwIfNewer } from './level-opening.ts';
import type { LevelRecord } from './level-record.ts';
import { compareRecords, recordsOfWrite } from './level-record.ts';
import { readTable } from './level-table.ts';
import { StoreError } from './log-store.ts';
import { floorKey, tryDecodeSnapshot } from './snapshot-record.ts';
import { reserveBytes } from './space-reserve.ts';

type Put = { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array };

/** Bytes and records that are copied in one step. */
const stepBytes = 1024 * 1024;
const stepRecords = 1000;

/** What a salvage needs besides the files. */
export interface SalvageMeans {
  readonly nowMs: number;
  /** Gives the reserve back to the disk. */
  readonly giveReserve: () => Promise<void>;
  /** A line for the operator. */
  readonly warn: ((line: string) => void) | undefined;
}

/**
 * Copies the records of a damaged database that are as they were written into a fresh one, which takes its place; the
 * damaged files go to `quarantine/`. They are read without LevelDB, block by block where the block's checksum is right. The
 * damaged database is closed, and locked for this process. A crash meanwhile leaves either of the two.
 */
export async function salvageDatabase(
  location: string,
  { nowMs, giveReserve, warn }: SalvageMeans,
): Promise<void> {
  const building = buildingOf(location);
  const folder = dirname(location);
  await finishSalvage(location, nowMs);
  const files = (await levelFiles(location)) ?? noFiles;
  await checkSpace(folder, files, giveReserve);
  warn?.(`The database in ${location} is damaged; what can be read of it is being copied.`);
  const { sources, damagedParts, format } = await sourcesOf(files);
  throwIfNewer(format?.value, folder);
  // A copy that is complete takes the place of the damaged files without more space.
  await mkdir(quarantineOf(location), { recursive: true, mode: 0o700 });
  let records = 0;
  let damagedBytes = 0;
  try {
    records = await copyReadable(sources, building);
    await syncFiles(building);
    damagedBytes = await bytesOf((await readdir(location)).map((name) => join(location, name)));
  } catch (error) {
    // What there is of it would take the space that the relay has to go on with.
    await rm(building, { recursive: true, force: true }).catch(() => {});
    throw error;
  }
  await rename(building, readyOf(location));
  await syncFolder(folder);
  await finishSalvage(location, nowMs);
  warn?.(
    `The database in ${location} was copied into a fresh one (${records} records; ${damagedParts} damaged parts of files were left out); the damaged files are in quarantine, where they take ${damagedBytes} bytes.`,
  );
}

/** Ends what a crash has interrupted: a copy that is complete takes the place of the damaged database, another one goes. */
export async function finishSalvage(location: string, nowMs: number): Promise<void> {
  await rm(buildingOf(location), { recursive: true, force: true });
  const ready = readyOf(location);
  if (!(await exists(ready))) return;
  if (await exists(location)) {
    const quarantine = quarantineOf(location);
    await mkdir(quarantine, { recursive: true, mode: 0o700 });
    await rename(location, join(quarantine, `log-${new Date(nowMs).toISOString().replaceAll(':', '')}`));
    await syncFolder(quarantine);
  }
  await rename(ready, location);
  await syncFolder(dirname(location));
}

const noFiles: LevelFiles = { tables: [], unusedTables: [], logs: [], isIndexed: false };

/** What a copy is called until it is complete. */
function buildingOf(location: string): string {
  return `${location}.salvage`;
}

/** What it is called between being complete and being used. */
function readyOf(location: string): string {
  return `${location}.salvaged`;
}

function quarantineOf(location: string): string {
  return join(dirname(location), 'quarantine');
}

/** A copy needs as much room as what is copied: a disk that is full to the last byte would help nobody. The reserve goes only where it is what is missing. */
async function checkSpace(
  folder: string,
  { tables, unusedTables, logs }: LevelFiles,
  giveReserve: () => Promise<void>,
): Promise<void> {
  const neededBytes = await bytesOf([...tables, ...unusedTables, ...logs]);
  const missingBytes = neededBytes - (await freeBytes(folder));
  if (missingBytes > 0 && missingBytes <= reserveBytes) await giveReserve();
  if ((await freeBytes(folder)) < neededBytes)
    throw new StoreError(
      'disk-full',
      `No space left to copy the damaged database in ${folder}: that takes ${neededBytes} bytes.`,
    );
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Gives how many records the copy has. */
async function copyReadable(sources: readonly RecordSource[], building: string): Promise<number> {
  const fresh = await openDatabase(building);
  try {
    return await copyInSteps(sources, fresh);
  } finally {
    await fresh.close();
  }
}

async function copyInSteps(sources: readonly RecordSource[], fresh: Database): Promise<number> {
  let records = 0;
  let step: Put[] = [];
  let bytes = 0;
  const flush = async () => {
    await fresh.batch(step);
    records += step.length;
    step = [];
    bytes = 0;
  };
  for await (const { key, value } of newestRecords(sources)) {
    if (value === undefined || !isAsWritten(key, value)) continue;
    step.push({ type: 'put', key, value });
    bytes += key.length + value.length;
    if (bytes >= stepBytes || step.length >= stepRecords) await flush();
  }
  await flush();
  return records;
}

/** What can be read: tables are read once to see where they begin, and again when it is their turn; logs stay in memory. */
async function sourcesOf({ tables, unusedTables, logs }: LevelFiles) {
  const sources: RecordSource[] = [];
  let damagedParts = 0;
  let format: LevelRecord | undefined;
  const lookForFormat = (records: readonly LevelRecord[]) => {
    const found = records.find(({ key }) => Buffer.compare(key, formatKey) === 0);
    if (found !== undefined && (format === undefined || found.sequence > format.sequence))
      format = { ...found, value: found.value && Uint8Array.from(found.value) };
  };
  const add = ([first]: readonly LevelRecord[], load: RecordSource['load']) => {
    if (first !== undefined) sources.push({ first, load });
  };
  for (const path of [...tables, ...unusedTables]) {
    const load = async () => readTable(await readPieces(path));
    const { records, damagedBlocks } = await load();
    // A crash may leave an unused one half written.
    if (!unusedTables.includes(path)) damagedParts += damagedBlocks;
    lookForFormat(records);
    add(ownFirst(records), async () => (await load()).records);
  }
  for (const path of logs) {
    const { writes, state } = readLog(await readPieces(path));
    if (state === 'damaged') damagedParts += 1;
    const records = writes.flatMap((write) => [...recordsOfWrite(write)]).sort(compareRecords);
    lookForFormat(records);
    add(records, async () => records);
  }
  return { sources, damagedParts, format };
}

/** A copy of the first record, which does not keep the whole table in memory. */
function ownFirst([first]: readonly LevelRecord[]): readonly LevelRecord[] {
  return first === undefined ? [] : [{ ...first, key: Uint8Array.from(first.key), value: undefined }];
}

/** Sees to it that the files of a folder and their names stay after a power failure. */
async function syncFiles(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const handle = await open(join(folder, name), 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
  await syncFolder(folder);
}

/** Whether a record is one of the store's, with the checksum it was written with. Floors are used damaged, too. */
function isAsWritten(key: Uint8Array, value: Uint8Array): boolean {
  switch (key[0]) {
    case prefixes.format:
      return key.length === formatKey.length;
    case prefixes.room:
      return key.length === roomKeyBytes && isRoom(key, value);
    case prefixes.entry:
      return key.length === entryKeyBytes && tryDecodeEntry(key, value) !== undefined;
    case prefixes.snapshot:
      return key.length === entryKeyBytes && tryDecodeSnapshot(key, value) !== undefined;
    case prefixes.floor:
      return key.length === floorKey(noRoom).length;
    default:
      return false;
  }
}

const noRoom = '0'.repeat(32) as RoomId;
const roomKeyBytes = roomKey(noRoom).length;
const entryKeyBytes = entryKey(noRoom, 0).length;

function isRoom(key: Uint8Array, value: Uint8Array): boolean {
  try {
    decodeRoom(key, value);
    return true;
  } catch (error) {
    if (error instanceof StoreError) return false;
    throw error;
  }
}
