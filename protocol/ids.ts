declare const brand: unique symbol;

/** A value of type T that only the parse function of its kind hands out. */
type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** Name of a room on the relay: 32 lower-case hex digits of 16 bytes derived from the document's public keys. */
export type RoomId = Branded<string, 'RoomId'>;

/** Bytes in a room id, a tag and a mark. */
export const idBytes = 16;

/** What a member may do in a room. Editors read and append, viewers read. */
export type Role = 'view' | 'edit';

/** Position in a room's log: "I have exactly this history up to here". `seq` counts entries from 1, 0 is before the first. */
export interface Cursor {
  readonly seq: number;
  /** 16 bytes of the hash chain after the entry `seq`; see `markInput`. */
  readonly mark: Uint8Array;
}

/** The room id as text for 16 bytes; throws on another length, which is a bug of the caller. */
export function roomIdFromBytes(bytes: Uint8Array): RoomId {
  if (bytes.length !== idBytes) throw new Error(`a room id has ${idBytes} bytes, not ${bytes.length}`);
  return toHex(bytes) as RoomId;
}

/** The 16 bytes of a room id. */
export function roomIdToBytes(roomId: RoomId): Uint8Array {
  const bytes = new Uint8Array(idBytes);
  for (let i = 0; i < idBytes; i++) bytes[i] = Number.parseInt(roomId.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Lower-case hex, two digits a byte. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** Whether two byte arrays have the same content. Not constant time: never for secrets. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Whether two cursors name the same history. */
export function sameCursor(a: Cursor, b: Cursor): boolean {
  return a.seq === b.seq && sameBytes(a.mark, b.mark);
}
