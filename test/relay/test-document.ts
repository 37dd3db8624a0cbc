import { createHash, createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';
import type { Join } from '../../protocol/client-messages.ts';
import type { Role, RoomId } from '../../protocol/ids.ts';
import { roomIdFromBytes } from '../../protocol/ids.ts';
import type { MemberKeys } from '../../protocol/proof.ts';
import { proofInput, roomIdBytesOf, tagOf } from '../../protocol/proof.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';

/** SHA-256 of the bytes, 32 bytes. */
export function sha256(data: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(data).digest());
}

/** A document as the relay knows it: two key pairs and the room id that follows from them (rule J2). */
export interface TestDocument {
  readonly roomIdBytes: Uint8Array;
  readonly roomId: RoomId;
  keys(role: Role): MemberKeys;
  /** An Ed25519 signature by the role's key. */
  sign(role: Role, input: Uint8Array): Uint8Array;
}

/** A new document with random keys, or with those that follow from a name. */
export function newDocument(name?: string): TestDocument {
  const seed = (role: Role) =>
    name === undefined ? randomBytes(32) : sha256(Buffer.from(`${role} ${name}`));
  const edit = keyPair(seed('edit'));
  const view = keyPair(seed('view'));
  const keys = (role: Role): MemberKeys =>
    role === 'edit'
      ? { role, editPublicKey: edit.publicKey, viewPublicKey: view.publicKey }
      : { role, tag: tagOf(sha256, edit.publicKey), viewPublicKey: view.publicKey };
  const roomIdBytes = roomIdBytesOf(sha256, keys('edit'));
  return {
    roomIdBytes,
    roomId: roomIdFromBytes(roomIdBytes),
    keys,
    sign: (role, input) => (role === 'edit' ? edit : view).sign(input),
  };
}

/** A `join` with a proof that holds, unless it is changed. */
export function joinOf(
  document: TestDocument,
  options: { readonly nonce: Uint8Array; readonly host: string; readonly role?: Role } & Partial<Join>,
): Join {
  const { nonce, host, role = 'edit', ...changes } = options;
  const roomId = changes.roomId ?? document.roomIdBytes;
  return {
    version: PROTOCOL_VERSION,
    roomId,
    keys: document.keys(role),
    host,
    create: false,
    token: '',
    cursor: undefined,
    beforeSeq: 0,
    signature: document.sign(role, proofInput({ nonce, host, roomId, role })),
    ...changes,
  };
}

/** `length` random bytes, as a sealed entry looks to the relay. */
export function randomEntry(length = 100): Uint8Array {
  return new Uint8Array(randomBytes(length));
}

function keyPair(seed: Uint8Array): { publicKey: Uint8Array; sign: (input: Uint8Array) => Uint8Array } {
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
  const privateKey = createPrivateKey({
    key: Buffer.concat([prefix, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  return {
    publicKey: new Uint8Array(Buffer.from(x, 'base64url')),
    sign: (input) => new Uint8Array(sign(null, input, privateKey)),
  };
}
