import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import type { RoomId } from '../protocol/ids.ts';
import { toHex } from '../protocol/ids.ts';
import { exists, syncFolder } from './disk-paths.ts';
import { decodeRoom, entryKey, formatKey, prefixes, roomKey, tryDecodeEntry } from './entry-record.ts';
import type { Database } from './level-database.ts';
import { openDatabase } from './level-database.ts';
import { StoreError } from './log-store.ts';
import { floorKey, snapshotKey, tryDecodeSnapshot } from './snapshot-record.ts';

type Put = { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array };

/** Bytes and records that are copied in one step. */
const stepBytes = 1024 * 1024;
const stepRecords = 1000;

/**
 * Copies the records of a damaged database that are as they were written into a fresh one, which takes its place; the
 * damaged files go to `quarantine/`. For where LevelDB's own repair does not help: that reads without checksums and keeps
 * blocks that make every read fail. The damaged database is closed. A crash meanwhile leaves either of the two.
 */
export async function salvageDatabase(
  location: string,
  nowMs: number,
  warn: ((line: string) => void) | undefined,
): Promise<void> {
  const building = `${location}.salvage`;
  await finishSalvage(location, nowMs);
  const fresh = await openDatabase(building);
  let records = 0;
  try {
    const damaged = await openDamaged(location);
    try {
      if (damaged !== undefined) records = await copyReadable(damaged, fresh);
    } finally {
      await damaged?.close();
    }
    await fresh.batch([], { sync: true });
  } finally {
    await fresh.close();
  }
  await rename(building, readyOf(location));
  await syncFolder(dirname(location));
  await finishSalvage(location, nowMs);
  warn?.(
    `The database in ${location} was copied into a fresh one (${records} records); the damaged files are in quarantine.`,
  );
}

/** Ends what a crash has interrupted: a copy that is complete takes the place of the damaged database, another one goes. */
export async function finishSalvage(location: string, nowMs: number): Promise<void> {
  await rm(`${location}.salvage`, { recursive: true, force: true });
  const ready = readyOf(location);
  if (!(await exists(ready))) return;
  if (await exists(location)) {
    const quarantine = join(dirname(location), 'quarantine');
    await mkdir(quarantine, { recursive: true, mode: 0o700 });
    await rename(location, join(quarantine, `log-${new Date(nowMs).toISOString().replaceAll(':', '')}`));
    await syncFolder(quarantine);
  }
  await rename(ready, location);
  await syncFolder(dirname(location));
}

/** What it is called between being complete and being used. */
function readyOf(location: string): string {
  return `${location}.salvaged`;
}

/** The damaged database, opened after LevelDB's repair where it does not open otherwise; undefined where it never does. */
async function openDamaged(location: string): Promise<Database | undefined> {
  try {
    return await openDatabase(location);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'locked') throw error;
  }
  try {
    await ClassicLevel.repair(location);
    return await openDatabase(location);
  } catch (error) {
    if (error instanceof StoreError && error.code === 'locked') throw error;
    return undefined;
  }
}

/** Gives how many records were copied. */
async function copyReadable(damaged: Database, fresh: Database): Promise<number> {
  const rooms = new Set<RoomId>();
  const copied = { records: 0 };
  const copy = async (from: Uint8Array | undefined, to?: Uint8Array) => {
    let step: Put[] = [];
    let bytes = 0;
    const flush = async () => {
      await fresh.batch(step);
      copied.records += step.length;
      step = [];
      bytes = 0;
    };
    const isWhole = await scan(damaged, from, to, async (key, value) => {
      if (!isAsWritten(key, value)) return;
      if (key[0] === prefixes.room) rooms.add(toHex(key.subarray(1)) as RoomId);
      step.push({ type: 'put', key, value });
      bytes += value.length;
      if (bytes >= stepBytes || step.length >= stepRecords) await flush();
    });
    await flush();
    return isWhole;
  };
  if (await copy(undefined)) return copied.records;
  // Keys out of order may have ended the reading too early.
  const last = Number.MAX_SAFE_INTEGER;
  for (const roomId of [...rooms]) {
    await copy(entryKey(roomId, 1), entryKey(roomId, last));
    await copy(snapshotKey(roomId, 1), snapshotKey(roomId, last));
  }
  return copied.records;
}

/** Reads from a key on, first many records at a time, then one at a time from where that failed; says whether it was never stopped. */
async function scan(
  database: Database,
  from: Uint8Array | undefined,
  to: Uint8Array | undefined,
  use: (key: Uint8Array, value: Uint8Array) => Promise<void>,
): Promise<boolean> {
  let after: Uint8Array | undefined;
  for (const atOnce of [stepRecords, 1]) {
    const start = after === undefined ? from && { gte: from } : { gt: after };
    const iterator = database.iterator({ ...start, ...(to && { lte: to }), highWaterMarkBytes: stepBytes });
    try {
      for (;;) {
        const records = await iterator.nextv(atOnce);
        if (records.length === 0) return atOnce === stepRecords;
        for (const [key, value] of records) {
          await use(key, value);
          after = key;
        }
      }
    } catch {
      // LevelDB has passed over what it cannot read, and says so at the end: the last records are read once more.
    } finally {
      await iterator.close();
    }
  }
  return false;
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
