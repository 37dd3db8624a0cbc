import { ed25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { idBytes, type Role, type RoomId, roomIdFromBytes } from '../protocol/ids.ts';
import type { MemberKeys } from '../protocol/proof.ts';
import { proofInput, roomIdBytesOf, tagOf } from '../protocol/proof.ts';
import { PROTOCOL_LABEL } from '../protocol/version.ts';
import { type DocumentSecret, formatDocumentId } from './document-id.ts';

/** Everything one copy derives from its document ID. Holding an edit ID gives a view ID, never the reverse (G6). */
export interface DocumentKeys {
  readonly role: Role;
  readonly roomId: RoomId;
  /** The ID that edits; undefined for a viewer. */
  readonly editId: string | undefined;
  readonly viewId: string;
  /** 32 bytes for XChaCha20-Poly1305; the relay never has it (G5). */
  readonly contentKey: Uint8Array;
  readonly memberKeys: MemberKeys;
  /** Signature over the relay's nonce that proves the role (rule J3); 64 bytes. */
  prove(nonce: Uint8Array, host: string): Uint8Array;
  /** Signs what an editor says to the others, which must begin with a label of its own; undefined for a viewer. */
  readonly signAsEditor: ((words: Uint8Array) => EditorSignature) | undefined;
}

/** A signature (64 bytes) and the key (32 bytes) by which it is known to be an editor's. */
export interface EditorSignature {
  readonly editPublicKey: Uint8Array;
  readonly signature: Uint8Array;
}

/** Derives all keys of a document from its secret by HKDF-SHA-256, a distinct label each (rule X1). About 2 ms. */
export function deriveKeys(secret: DocumentSecret): DocumentKeys {
  const viewSecret =
    secret.role === 'edit' ? derive(secret.editSecret, 'view secret', idBytes) : secret.viewSecret;
  const viewSeed = derive(viewSecret, 'view key', 32);
  const signingSeed = secret.role === 'edit' ? derive(secret.editSecret, 'edit key', 32) : viewSeed;
  const viewPublicKey = ed25519.getPublicKey(viewSeed);
  const memberKeys: MemberKeys =
    secret.role === 'edit'
      ? { role: 'edit', editPublicKey: ed25519.getPublicKey(signingSeed), viewPublicKey }
      : { role: 'view', tag: secret.tag, viewPublicKey };
  const tag = memberKeys.role === 'edit' ? tagOf(sha256, memberKeys.editPublicKey) : memberKeys.tag;
  const roomIdBytes = roomIdBytesOf(sha256, memberKeys);
  return {
    role: secret.role,
    roomId: roomIdFromBytes(roomIdBytes),
    editId: secret.role === 'edit' ? formatDocumentId(secret) : undefined,
    viewId: formatDocumentId({ role: 'view', viewSecret, tag }),
    contentKey: derive(viewSecret, 'content key', 32),
    memberKeys,
    prove: (nonce, host) =>
      ed25519.sign(proofInput({ nonce, host, roomId: roomIdBytes, role: secret.role }), signingSeed),
    signAsEditor:
      memberKeys.role === 'view'
        ? undefined
        : (words) => ({
            editPublicKey: memberKeys.editPublicKey,
            signature: ed25519.sign(words, signingSeed),
          }),
  };
}

function derive(secret: Uint8Array, label: string, length: number): Uint8Array {
  return hkdf(sha256, secret, undefined, new TextEncoder().encode(`${PROTOCOL_LABEL} ${label}`), length);
}
