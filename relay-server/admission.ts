import { createPublicKey, timingSafeEqual, verify } from 'node:crypto';
import type { Join } from '../protocol/client-messages.ts';
import { sameBytes } from '../protocol/ids.ts';
import { proofInput, roomIdBytesOf } from '../protocol/proof.ts';
import type { RefusalCode } from '../protocol/refusals.ts';
import { sha256 } from './entry-hash.ts';

/** A refusal that is decided and not yet sent; `detail` is English, for logs. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly detail: string;
}

/** What a join is checked against. */
export interface AdmissionTerms {
  readonly nonce: Uint8Array;
  /** `Host` header of the connection, in lower case. */
  readonly requestedHost: string;
  /** Hosts this relay answers to, in lower case; empty for any. */
  readonly publicHosts: readonly string[];
  readonly token: string | undefined;
}

/** Why a join is not let in, or undefined: access token (J6), host (J3), room id (J2), signature (J3), in this order. */
export function refusalOfJoin(join: Join, terms: AdmissionTerms): Refusal | undefined {
  if (terms.token !== undefined && !sameToken(join.token, terms.token)) {
    return { code: 'token-required', detail: 'missing or wrong access token' };
  }
  const { host } = join;
  if (host !== terms.requestedHost || (terms.publicHosts.length > 0 && !terms.publicHosts.includes(host))) {
    return {
      code: 'wrong-host',
      detail: `the proof is for ${host}, the connection for ${terms.requestedHost}`,
    };
  }
  if (!sameBytes(roomIdBytesOf(sha256, join.keys), join.roomId)) {
    return { code: 'bad-proof', detail: 'the room id does not follow from the keys' };
  }
  const signer = join.keys.role === 'edit' ? join.keys.editPublicKey : join.keys.viewPublicKey;
  const input = proofInput({ nonce: terms.nonce, host, roomId: join.roomId, role: join.keys.role });
  return signatureHolds(signer, input, join.signature)
    ? undefined
    : { code: 'bad-proof', detail: 'wrong signature' };
}

/** Whether an Ed25519 signature (64 bytes) of `input` is by the owner of the raw public key (32 bytes). Never throws. */
function signatureHolds(publicKey: Uint8Array, input: Uint8Array, signature: Uint8Array): boolean {
  try {
    const x = Buffer.from(publicKey).toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(null, input, key, signature);
  } catch {
    return false;
  }
}

/** Compares in a time that does not tell how much of the token was right. */
function sameToken(given: string, wanted: string): boolean {
  const encoder = new TextEncoder();
  return timingSafeEqual(sha256(encoder.encode(given)), sha256(encoder.encode(wanted)));
}
