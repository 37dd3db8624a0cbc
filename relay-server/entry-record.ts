import { crc32 } from 'node:zlib';
import type { RoomId } from '../protocol/ids.ts';
import { idBytes, roomIdToBytes, sameBytes } from '../protocol/ids.ts';
import { StoreError } from './log-store.ts';

/** What a stored entry's record says: its place, and its bytes or the file that holds them. */
export interface EntryRecord {
  readonly mark: Uint8Array;
  readonly logBytes: number;
  readonly body:
    | { readonly type: 'inline'; readonly bytes: Uint8Array }
    | ({ readonly type: 'file' } & EntryFile);
}

/** A large entry's file. Each block of `limits.chunkBytes` has its own checksum, so that it is checked before it is sent. */
export interface EntryFile {
  readonly total: number;
  /** 8 bytes that make the file's name unique. */
  readonly name: Uint8Array;
  /** SHA-256 of the whole. */
  readonly digest: Uint8Array;
  readonly blockChecksums: readonly number[];
}

/** Kinds of keys, by first byte. Of snapshots see `snapshot-record.ts`. */
export const prefixes = { format: 0x66, room: 0x72, entry: 0x65, snapshot: 0x73, floor: 0x74 } as const;
const kinds = { inline: 0, file: 1 } as const;
const seqBytes = 8;
const checksumBytes = 4;
/** mark, checksum, kind, bytes of the log */
const headBytes = idBytes + checksumBytes + 1 + seqBytes;
const nameBytes = 8;
const digestBytes = 32;

/** Key of the store's format version. */
export const formatKey = Uint8Array.of(prefixes.format);

/** Key of a room's record. */
export function roomKey(roomId: RoomId): Uint8Array {
  return Buffer.concat([Uint8Array.of(prefixes.room), roomIdToBytes(roomId)]);
}

/** Key of an entry: keys of one room sort by seq. */
export function entryKey(roomId: RoomId, seq: number): Uint8Array {
  const key = Buffer.alloc(1 + idBytes + seqBytes);
  key[0] = prefixes.entry;
  key.set(roomIdToBytes(roomId), 1);
  key.writeBigUInt64BE(BigInt(seq), 1 + idBytes);
  return key;
}

/** Whether a key that came out of LevelDB is one of this room's entries: a damaged block may give any bytes. */
export function isEntryKeyOf(key: Uint8Array, roomId: RoomId): boolean {
  return isSameButSeq(key, entryKey(roomId, 0));
}

/** Whether two keys of a room's entries or snapshots differ in their seq at most. */
export function isSameButSeq(key: Uint8Array, other: Uint8Array): boolean {
  return key.length === other.length && sameBytes(key.subarray(0, -seqBytes), other.subarray(0, -seqBytes));
}

/** The seq in an entry's key. */
export function seqOfKey(key: Uint8Array): number {
  return Number(viewOf(key).getBigUint64(1 + idBytes));
}

/** What a room's record holds. While its entries are being given new marks it says from which seq on (see `room-repair.ts`). */
export interface RoomHead {
  readonly firstMark: Uint8Array;
  readonly rewriteFrom: number | undefined;
}

/** A room's record: its first mark, the seq of an unfinished repair if there is one, then a checksum over key and all this. */
export function encodeRoom(key: Uint8Array, { firstMark, rewriteFrom }: RoomHead): Uint8Array {
  const bytes = idBytes + (rewriteFrom === undefined ? 0 : seqBytes);
  const value = Buffer.alloc(bytes + checksumBytes);
  value.set(firstMark);
  if (rewriteFrom !== undefined) value.writeBigUInt64BE(BigInt(rewriteFrom), idBytes);
  value.writeUInt32BE(crc32(value.subarray(0, bytes), crc32(key)), bytes);
  return value;
}

/** Reads a room's record; throws `damaged`. */
export function decodeRoom(key: Uint8Array, value: Uint8Array): RoomHead {
  const bytes = value.length - checksumBytes;
  const hasKnownLength = bytes === idBytes || bytes === idBytes + seqBytes;
  if (!hasKnownLength || viewOf(value).getUint32(bytes) !== crc32(value.subarray(0, bytes), crc32(key)))
    throw new StoreError('damaged', 'The record of a room is damaged.');
  return {
    firstMark: value.slice(0, idBytes),
    rewriteFrom: bytes === idBytes ? undefined : Number(viewOf(value).getBigUint64(idBytes)),
  };
}

/** An entry's record: mark, checksum over key and all the rest, kind, bytes of the log, bytes or reference. */
export function encodeEntry(key: Uint8Array, { mark, logBytes, body }: EntryRecord): Uint8Array {
  const rest = body.type === 'inline' ? body.bytes : encodeFile(body);
  const value = Buffer.allocUnsafe(headBytes + rest.length);
  value.set(mark);
  value[idBytes + checksumBytes] = body.type === 'inline' ? kinds.inline : kinds.file;
  value.writeBigUInt64BE(BigInt(logBytes), idBytes + checksumBytes + 1);
  value.set(rest, headBytes);
  value.writeUInt32BE(checksumOf(key, value), idBytes);
  return value;
}

/** Reads an entry's record; throws `damaged` unless every byte is as it was written. Bytes are a view of the value. */
export function decodeEntry(key: Uint8Array, value: Uint8Array): EntryRecord {
  const view = viewOf(value);
  if (value.length < headBytes || view.getUint32(idBytes) !== checksumOf(key, value)) {
    throw new StoreError('damaged', `Entry ${seqOfKey(key)} of a room is damaged.`);
  }
  const rest = value.subarray(headBytes);
  return {
    mark: value.slice(0, idBytes),
    logBytes: Number(view.getBigUint64(idBytes + checksumBytes + 1)),
    body:
      value[idBytes + checksumBytes] === kinds.inline
        ? { type: 'inline', bytes: rest }
        : { type: 'file', ...decodeFile(rest) },
  };
}

/** Like `decodeEntry`, but undefined for a damaged record. */
export function tryDecodeEntry(key: Uint8Array, value: Uint8Array): EntryRecord | undefined {
  try {
    return decodeEntry(key, value);
  } catch (error) {
    if (error instanceof StoreError) return undefined;
    throw error;
  }
}

function checksumOf(key: Uint8Array, value: Uint8Array): number {
  return crc32(value.subarray(idBytes + checksumBytes), crc32(value.subarray(0, idBytes), crc32(key)));
}

/** A reference to a file, as in records. */
export function encodeFile({ total, name, digest, blockChecksums }: EntryFile): Uint8Array {
  const rest = Buffer.alloc(4 + nameBytes + digestBytes + 4 * blockChecksums.length);
  rest.writeUInt32BE(total);
  rest.set(name, 4);
  rest.set(digest, 4 + nameBytes);
  blockChecksums.forEach((checksum, i) => {
    rest.writeUInt32BE(checksum, 4 + nameBytes + digestBytes + 4 * i);
  });
  return rest;
}

/** Reads what `encodeFile` wrote. */
export function decodeFile(rest: Uint8Array): EntryFile {
  const view = viewOf(rest);
  const blockChecksums: number[] = [];
  for (let at = 4 + nameBytes + digestBytes; at < rest.length; at += 4)
    blockChecksums.push(view.getUint32(at));
  return {
    total: view.getUint32(0),
    name: rest.slice(4, 4 + nameBytes),
    digest: rest.slice(4 + nameBytes, 4 + nameBytes + digestBytes),
    blockChecksums,
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
