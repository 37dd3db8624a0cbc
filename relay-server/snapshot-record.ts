import { crc32 } from 'node:zlib';
import type { RoomId } from '../protocol/ids.ts';
import { idBytes, roomIdToBytes } from '../protocol/ids.ts';
import type { EntryFile } from './entry-record.ts';
import { decodeFile, encodeFile, isSameButSeq, prefixes, seqOfKey } from './entry-record.ts';
import { StoreError } from './log-store.ts';
import type { SnapshotInfo } from './snapshot-store.ts';

/** What a snapshot's record says: the snapshot, and its file with a checksum for each block. */
export interface SnapshotRecord {
  readonly info: SnapshotInfo;
  readonly file: EntryFile;
}

const numberBytes = 8;
const checksumBytes = 4;
/** checksum, mark, time, bytes of the log, how many entries are kept */
const headBytes = checksumBytes + idBytes + 2 * numberBytes + 4;

/** Key of a snapshot: keys of one room sort by seq. */
export function snapshotKey(roomId: RoomId, seq: number): Uint8Array {
  const key = Buffer.alloc(1 + idBytes + numberBytes);
  key[0] = prefixes.snapshot;
  key.set(roomIdToBytes(roomId), 1);
  key.writeBigUInt64BE(BigInt(seq), 1 + idBytes);
  return key;
}

/** Whether a key that came out of LevelDB is one of this room's snapshots. */
export function isSnapshotKeyOf(key: Uint8Array, roomId: RoomId): boolean {
  return isSameButSeq(key, snapshotKey(roomId, 0));
}

/** Key of the seq before which a trim may have taken entries out of a room's log. */
export function floorKey(roomId: RoomId): Uint8Array {
  return Buffer.concat([Uint8Array.of(prefixes.floor), roomIdToBytes(roomId)]);
}

/** That seq, and a checksum over key and seq. */
export function encodeFloor(key: Uint8Array, seq: number): Uint8Array {
  const value = Buffer.alloc(checksumBytes + numberBytes);
  value.writeBigUInt64BE(BigInt(seq), checksumBytes);
  value.writeUInt32BE(checksumOf(key, value));
  return value;
}

/** Reads what `encodeFloor` wrote; undefined where it is damaged. */
export function decodeFloor(key: Uint8Array, value: Uint8Array): number | undefined {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (bytes.length !== checksumBytes + numberBytes || bytes.readUInt32BE() !== checksumOf(key, bytes))
    return undefined;
  return Number(bytes.readBigUInt64BE(checksumBytes));
}

/** A snapshot's record: checksum over key and all the rest, mark, time, bytes of the log, kept seqs, file. */
export function encodeSnapshot(
  key: Uint8Array,
  info: Omit<SnapshotInfo, 'bytes'>,
  file: EntryFile,
): Uint8Array {
  const head = Buffer.alloc(headBytes + numberBytes * info.kept.length);
  head.set(info.cursor.mark, checksumBytes);
  let at = checksumBytes + idBytes;
  at = head.writeBigUInt64BE(BigInt(info.createdMs), at);
  at = head.writeBigUInt64BE(BigInt(info.logBytes), at);
  at = head.writeUInt32BE(info.kept.length, at);
  for (const seq of info.kept) at = head.writeBigUInt64BE(BigInt(seq), at);
  const value = Buffer.concat([head, encodeFile(file)]);
  value.writeUInt32BE(checksumOf(key, value));
  return value;
}

/** Reads a snapshot's record; throws `damaged` unless every byte is as it was written. */
export function decodeSnapshot(key: Uint8Array, value: Uint8Array): SnapshotRecord {
  const seq = seqOfKey(key);
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (bytes.length < headBytes || bytes.readUInt32BE() !== checksumOf(key, bytes))
    throw new StoreError('damaged', `The record of the snapshot at ${seq} of a room is damaged.`);
  let at = checksumBytes;
  const number = () => {
    at += numberBytes;
    return Number(bytes.readBigUInt64BE(at - numberBytes));
  };
  const mark = new Uint8Array(bytes.subarray(at, at + idBytes));
  at += idBytes;
  const createdMs = number();
  const logBytes = number();
  const keptCount = bytes.readUInt32BE(at);
  at += 4;
  const kept = Array.from({ length: keptCount }, number);
  const file = decodeFile(new Uint8Array(bytes.subarray(at)));
  const { digest, total } = file;
  return { info: { cursor: { seq, mark }, bytes: total, logBytes, createdMs, kept, digest }, file };
}

/** Like `decodeSnapshot`, but undefined for a damaged record. */
export function tryDecodeSnapshot(key: Uint8Array, value: Uint8Array): SnapshotRecord | undefined {
  try {
    return decodeSnapshot(key, value);
  } catch (error) {
    if (error instanceof StoreError) return undefined;
    throw error;
  }
}

function checksumOf(key: Uint8Array, value: Uint8Array): number {
  return crc32(value.subarray(checksumBytes), crc32(key));
}
