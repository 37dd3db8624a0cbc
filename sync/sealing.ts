import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { concat, encodePayload } from '../protocol/codec.ts';
import { writeCursor } from '../protocol/cursor-field.ts';
import { type Cursor, type RoomId, roomIdToBytes } from '../protocol/ids.ts';
import { deflateIfSmaller, inflateBounded } from './deflate.ts';

/** What a sealed payload is; bound into the seal, so that one kind never opens as another (rule X3). */
export type SealedKind = 'entry' | 'presence' | SealedSnapshot;

/** A snapshot opens at its position only (rule C3). */
export interface SealedSnapshot {
  readonly snapshotAt: Cursor;
}

/** The key of one document and the room it is for. */
export interface SealingKey {
  readonly roomId: RoomId;
  /** 32 bytes, see `DocumentKeys`. */
  readonly contentKey: Uint8Array;
}

/** A payload under this many bytes is sealed and opened at once; about 3 ms. Larger ones are left to a worker where there is one. */
export const sealAtOnceBytes = 256 * 1024;

const sealVersion = 1;
const sealNonceBytes = 24;
const tagBytes = 16;
/** A sealed payload is at most this much longer than its body. */
export const sealOverheadBytes = 1 + sealNonceBytes + tagBytes + 1;
const deflatedFlag = 1;
const knownFlags = deflatedFlag;
const roomBytes = new WeakMap<SealingKey, Uint8Array>();
const kindByte = { entry: 0, presence: 1, snapshot: 2 } as const;

/**
 * Seals bytes for everyone who holds the content key: version, nonce, XChaCha20-Poly1305 of flags and body. A fresh
 * nonce each time, so equal bytes seal differently.
 */
export function seal(key: SealingKey, kind: SealedKind, body: Uint8Array): Uint8Array {
  const nonce = crypto.getRandomValues(new Uint8Array(sealNonceBytes));
  const deflated = deflateIfSmaller(body);
  const plain = concat(new Uint8Array([deflated === undefined ? 0 : deflatedFlag]), deflated ?? body);
  const cipher = xchacha20poly1305(key.contentKey, nonce, associatedData(key, kind));
  return concat(new Uint8Array([sealVersion]), nonce, cipher.encrypt(plain));
}

/** The body of a sealed payload, or undefined where it was not sealed with this key, for this room and as this kind. Never throws. */
export function open(key: SealingKey, kind: SealedKind, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed[0] !== sealVersion || sealed.length < sealOverheadBytes) return undefined;
  const cipher = xchacha20poly1305(
    key.contentKey,
    sealed.subarray(1, 1 + sealNonceBytes),
    associatedData(key, kind),
  );
  let plain: Uint8Array;
  try {
    plain = cipher.decrypt(sealed.subarray(1 + sealNonceBytes));
  } catch {
    return undefined;
  }
  const flags = plain[0] ?? 0;
  if ((flags & ~knownFlags) !== 0) return undefined;
  const body = plain.subarray(1);
  return (flags & deflatedFlag) === 0 ? body : inflateBounded(body);
}

function associatedData(key: SealingKey, kind: SealedKind): Uint8Array {
  const room = roomBytesOf(key);
  if (typeof kind === 'string') return concat(room, new Uint8Array([kindByte[kind], sealVersion]));
  const cursor = encodePayload((encoder) => writeCursor(encoder, kind.snapshotAt));
  return concat(room, new Uint8Array([kindByte.snapshot, sealVersion]), cursor);
}

/** Read from its text once, not with every entry. */
function roomBytesOf(key: SealingKey): Uint8Array {
  const known = roomBytes.get(key);
  if (known !== undefined) return known;
  const bytes = roomIdToBytes(key.roomId);
  roomBytes.set(key, bytes);
  return bytes;
}
