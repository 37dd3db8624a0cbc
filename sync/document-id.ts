import { sha256 } from '@noble/hashes/sha2.js';
import { base58 } from '@scure/base';
import { concat } from '../protocol/codec.ts';
import type { Role } from '../protocol/ids.ts';
import { idBytes, sameBytes } from '../protocol/ids.ts';
import { PROTOCOL_LABEL } from '../protocol/version.ts';

/** The secret in a document ID: an editor's, from which all keys follow, or a viewer's, which lacks the edit key (rule X1). */
export type DocumentSecret =
  | { readonly role: 'edit'; readonly editSecret: Uint8Array }
  | { readonly role: 'view'; readonly viewSecret: Uint8Array; readonly tag: Uint8Array };

/** Why a text is no document ID: not of its form at all, or of its form with a wrong checksum. */
export type NotAnId = 'not-an-id' | 'mistyped';

/** Bytes of the checksum; one mistyped ID in 4 billion passes. */
const checksumBytes = 4;

const letterOfRole = { edit: 'e', view: 'v' } as const satisfies Record<Role, string>;
const bytesOfRole = { edit: idBytes, view: 2 * idBytes } as const satisfies Record<Role, number>;

/** A fresh secret for a new document: 16 bytes from the system's random source. */
export function newDocumentSecret(): DocumentSecret & { readonly role: 'edit' } {
  return { role: 'edit', editSecret: crypto.getRandomValues(new Uint8Array(idBytes)) };
}

/** The document ID that people share (rule X2): a letter for the role, then base58 of secret and checksum. */
export function formatDocumentId(secret: DocumentSecret): string {
  const bytes = secret.role === 'edit' ? secret.editSecret : concat(secret.viewSecret, secret.tag);
  return letterOfRole[secret.role] + base58.encode(concat(bytes, checksumOf(secret.role, bytes)));
}

/** Reads a document ID as a person typed or pasted it, spaces around it allowed. Never gives a wrong secret for a typing error. */
export function parseDocumentId(
  text: string,
): { readonly ok: true; readonly secret: DocumentSecret } | { readonly ok: false; readonly reason: NotAnId } {
  const id = text.trim();
  const role = id.startsWith('e') ? 'edit' : id.startsWith('v') ? 'view' : undefined;
  const looksLikeOne = role !== undefined && /^[1-9A-Za-z]{20,60}$/.test(id);
  if (!looksLikeOne) return { ok: false, reason: 'not-an-id' };
  const bytes = decodeBase58(id.slice(1));
  const secretBytes = bytesOfRole[role];
  if (bytes === undefined || bytes.length !== secretBytes + checksumBytes)
    return { ok: false, reason: 'mistyped' };
  const secret = bytes.subarray(0, secretBytes);
  if (!sameBytes(bytes.subarray(secretBytes), checksumOf(role, secret)))
    return { ok: false, reason: 'mistyped' };
  if (role === 'edit') return { ok: true, secret: { role, editSecret: secret } };
  return {
    ok: true,
    secret: { role, viewSecret: secret.subarray(0, idBytes), tag: secret.subarray(idBytes) },
  };
}

function checksumOf(role: Role, secret: Uint8Array): Uint8Array {
  const label = new TextEncoder().encode(`${PROTOCOL_LABEL} ${letterOfRole[role]}`);
  return sha256(concat(label, secret)).subarray(0, checksumBytes);
}

function decodeBase58(text: string): Uint8Array | undefined {
  try {
    return base58.decode(text);
  } catch {
    return undefined;
  }
}
