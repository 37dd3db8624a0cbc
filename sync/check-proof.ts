import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { hexToBytes } from '@noble/hashes/utils.js';
import { concat } from '../protocol/codec.ts';
import { roomIdToBytes, sameBytes, toHex } from '../protocol/ids.ts';
import { roomIdBytesOf } from '../protocol/proof.ts';
import { PROTOCOL_LABEL } from '../protocol/version.ts';
import type { CopyCheck } from './divergence.ts';
import type { DocumentKeys } from './keys.ts';

/** What an editor says of its copy, signed: viewers hold the content key as well, and could say anything in its place (rule X7). */
export interface SignedCheck extends CopyCheck {
  /** Both in hex. The room's name commits to the key, which viewers do not have otherwise. */
  readonly editKey: string;
  readonly signature: string;
}

/** Signs a check as an editor; undefined for a viewer. About 1 ms. */
export function signCheck(keys: DocumentKeys, check: CopyCheck): SignedCheck | undefined {
  const signed = keys.signAsEditor?.(wordsOf(keys, check));
  if (signed === undefined) return undefined;
  return { ...check, editKey: toHex(signed.editPublicKey), signature: toHex(signed.signature) };
}

/** Whether an editor of this document said it. About 3 ms; never throws. */
export function isOfEditor(keys: DocumentKeys, check: SignedCheck): boolean {
  try {
    const editPublicKey = hexToBytes(check.editKey);
    const { viewPublicKey } = keys.memberKeys;
    const roomId = roomIdBytesOf(sha256, { role: 'edit', editPublicKey, viewPublicKey });
    if (!sameBytes(roomId, roomIdToBytes(keys.roomId))) return false;
    return ed25519.verify(hexToBytes(check.signature), wordsOf(keys, check), editPublicKey);
  } catch {
    return false;
  }
}

function wordsOf(keys: DocumentKeys, { seq, mark, fingerprint, text }: CopyCheck): Uint8Array {
  const encoder = new TextEncoder();
  const said = encoder.encode(JSON.stringify([seq, mark, fingerprint, text]));
  return concat(encoder.encode(`${PROTOCOL_LABEL} check`), roomIdToBytes(keys.roomId), said);
}
