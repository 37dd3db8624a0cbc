import * as encoding from 'lib0/encoding';
import { concat, encodePayload } from './codec.ts';
import type { Role } from './ids.ts';
import { idBytes } from './ids.ts';
import type { Sha256 } from './marks.ts';
import { PROTOCOL_LABEL } from './version.ts';

/** Bytes in the relay's nonce. */
export const nonceBytes = 32;
/** Bytes in an Ed25519 public key. */
export const publicKeyBytes = 32;
/** Bytes in an Ed25519 signature. */
export const signatureBytes = 64;

/** Public keys that a member shows: an editor its edit key, a viewer only the edit key's tag. */
export type MemberKeys =
  | { readonly role: 'edit'; readonly editPublicKey: Uint8Array; readonly viewPublicKey: Uint8Array }
  | { readonly role: 'view'; readonly tag: Uint8Array; readonly viewPublicKey: Uint8Array };

/** `tag = H(edit public key)[0..16]`: commits to the edit key without showing it (rule J2). */
export function tagOf(sha256: Sha256, editPublicKey: Uint8Array): Uint8Array {
  return sha256(concat(new TextEncoder().encode(`${PROTOCOL_LABEL} tag`), editPublicKey)).subarray(
    0,
    idBytes,
  );
}

/** `room id = H(tag ‖ view public key)[0..16]`, the same for editors and viewers of one document (rule J2). */
export function roomIdBytesOf(sha256: Sha256, keys: MemberKeys): Uint8Array {
  const tag = keys.role === 'edit' ? tagOf(sha256, keys.editPublicKey) : keys.tag;
  return sha256(concat(new TextEncoder().encode(`${PROTOCOL_LABEL} room`), tag, keys.viewPublicKey)).subarray(
    0,
    idBytes,
  );
}

/** What a member signs to prove its role, once for one connection to one relay (rule J3). */
export function proofInput(proof: {
  readonly nonce: Uint8Array;
  readonly host: string;
  readonly roomId: Uint8Array;
  readonly role: Role;
}): Uint8Array {
  return encodePayload((encoder) => {
    encoding.writeVarString(encoder, `${PROTOCOL_LABEL} join`);
    encoding.writeUint8Array(encoder, proof.nonce);
    encoding.writeUint8Array(encoder, proof.roomId);
    encoding.writeUint8(encoder, proof.role === 'edit' ? 1 : 0);
    encoding.writeVarString(encoder, proof.host);
  });
}
