import type { ClientMessage } from '../protocol/client-messages.ts';
import { type Cursor, roomIdToBytes } from '../protocol/ids.ts';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import type { DocumentKeys } from './keys.ts';

/** What a join says beside the keys. */
export interface JoinTerms {
  /** The relay's, for this connection. */
  readonly nonce: Uint8Array;
  /** Host and port as dialled. */
  readonly host: string;
  readonly token: string;
  /** Where to go on; undefined asks for the whole log. */
  readonly cursor: Cursor | undefined;
  /** A snapshot at this seq did not open: start before it; 0 for none (rule S6). */
  readonly beforeSeq: number;
  /** Make the room if there is none; viewers never do. */
  readonly create: boolean;
}

/** The join of one member, with the proof of its role (rules J2 and J3). */
export function joinMessage(keys: DocumentKeys, terms: JoinTerms): ClientMessage {
  const { nonce, host, token, cursor, beforeSeq, create } = terms;
  return {
    event: 'join',
    message: {
      version: PROTOCOL_VERSION,
      roomId: roomIdToBytes(keys.roomId),
      keys: keys.memberKeys,
      host,
      create: create && keys.role === 'edit',
      token,
      cursor,
      beforeSeq,
      signature: keys.prove(nonce, host),
    },
  };
}
