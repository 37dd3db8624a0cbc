import { readLog } from './level-log.ts';
import { LevelBytes } from './level-record.ts';

/** What LevelDB's index says of its files. */
export interface LevelManifest {
  /** Numbers of the tables that are part of the database. */
  readonly tables: ReadonlySet<number>;
  /** Logs from this number on have what no table has yet; 0 before the first. */
  readonly logNumber: number;
  /** A log with a lower number that is still needed; 0 where there is none. */
  readonly previousLog: number;
  /** Files from this number on were made after the last change that is written down. */
  readonly nextFile: number;
}

/** Reads the index; undefined where anything of it is not as it was written. */
export function readManifest(file: Uint8Array): LevelManifest | undefined {
  const { writes, state } = readLog(file);
  if (state === 'damaged' || writes.length === 0) return undefined;
  const tables = new Set<number>();
  const numbers: Numbers = { logNumber: undefined, previousLog: 0, nextFile: undefined };
  for (const write of writes) if (!takeIn(new LevelBytes(write), tables, numbers)) return undefined;
  const { logNumber, previousLog, nextFile } = numbers;
  if (logNumber === undefined || nextFile === undefined) return undefined;
  return { tables, logNumber, previousLog, nextFile };
}

interface Numbers {
  logNumber: number | undefined;
  previousLog: number;
  nextFile: number | undefined;
}

/** Takes in one change; the numbers are those of LevelDB's `db/version_edit.cc`. False where it cannot be read. */
function takeIn(bytes: LevelBytes, tables: Set<number>, numbers: Numbers): boolean {
  const text = () => bytes.bytes(bytes.varint());
  const removed = new Set<number>();
  const added = new Set<number>();
  while (!bytes.isAtEnd) {
    const tag = bytes.varint();
    // Compaction pointers, removed and new files begin with a level.
    const level = tag === 5 || tag === 6 || tag === 7 ? bytes.varint() : 0;
    const read = tag === 1 || tag === 5 ? text() : bytes.varint();
    if (level === undefined || read === undefined) return false;
    const number = typeof read === 'number' ? read : 0;
    if (tag === 2) numbers.logNumber = number;
    else if (tag === 3) numbers.nextFile = number;
    else if (tag === 6) removed.add(number);
    else if (tag === 9) numbers.previousLog = number;
    else if (tag === 7) {
      const isRead = bytes.varint() !== undefined && text() !== undefined && text() !== undefined;
      if (!isRead) return false;
      added.add(number);
    } else if (tag !== 1 && tag !== 4 && tag !== 5) return false;
  }
  // A file that changes its level is removed and added.
  for (const number of removed) tables.delete(number);
  for (const number of added) tables.add(number);
  return true;
}
