import { roomIdToBytes, toHex } from '../../protocol/ids.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import { signCheck } from '../../sync/check-proof.ts';
import { parseDocumentId } from '../../sync/document-id.ts';
import { type DocumentKeys, deriveKeys } from '../../sync/keys.ts';
import { encodePresence } from '../../sync/presence-state.ts';
import { type SealingKey, seal } from '../../sync/sealing.ts';
import { RawMember } from '../relay/raw-member.ts';

/** A member with the document's own keys and none of the real client's care. */
export interface Intruder {
  /** Adds an entry of these bytes, as they are. */
  append(sealed: Uint8Array): Promise<void>;
  /** Adds an entry that opens for everyone, with an update of its own making. */
  appendUpdate(update: Uint8Array): Promise<void>;
  /** Says of its copy that it has this very history and another text. */
  claimOtherText(): void;
  close(): void;
}

/** Joins a document by its edit ID. */
export async function intrude(relayUrl: string, documentId: string): Promise<Intruder> {
  const parsed = parseDocumentId(documentId);
  if (!parsed.ok) throw new Error(`not a document ID: ${documentId}`);
  const keys: DocumentKeys = deriveKeys(parsed.secret);
  const key: SealingKey = { roomId: keys.roomId, contentKey: keys.contentKey };
  const member = await RawMember.connect(relayUrl);
  member.send({
    event: 'join',
    message: {
      version: PROTOCOL_VERSION,
      roomId: roomIdToBytes(keys.roomId),
      keys: keys.memberKeys,
      host: member.host,
      create: false,
      token: '',
      cursor: undefined,
      beforeSeq: 0,
      signature: keys.prove(member.hello.nonce, member.host),
    },
  });
  const { head } = await member.message('joined');
  await member.message('live');
  let ref = 0;
  const append = async (sealed: Uint8Array) => {
    ref += 1;
    await member.appended(ref, sealed);
  };
  return {
    append,
    appendUpdate: (update) => append(seal(key, 'entry', update)),
    claimOtherText: () => {
      const said = { seq: head.seq, mark: toHex(head.mark), fingerprint: 'ff', text: 'ff' };
      const check = signCheck(keys, said);
      const body = encodePresence(1, { user: { name: 'Mallory', color: 0 } }, check);
      member.send({ event: 'presence', message: { counter: 1, sealed: seal(key, 'presence', body) } });
    },
    close: () => void member.socket.close(),
  };
}
