import * as encoding from 'lib0/encoding';
import { readChunk, writeChunk } from './chunk-field.ts';
import type { Parsed } from './codec.ts';
import { encodePayload, parsePayload } from './codec.ts';
import { readCursor, writeCursor } from './cursor-field.ts';
import type { ClientEvent } from './events.ts';
import type { Cursor, Role } from './ids.ts';
import { idBytes } from './ids.ts';
import { limits } from './limits.ts';
import type { MilestoneRequest, MilestonesRequest } from './milestone-messages.ts';
import type { MemberKeys } from './proof.ts';
import { publicKeyBytes, signatureBytes } from './proof.ts';

/** First message of a member (rules J1 to J6). The relay answers `joined` or `refused`. */
export interface Join {
  readonly version: number;
  /** 16 bytes. */
  readonly roomId: Uint8Array;
  readonly keys: MemberKeys;
  /** Host and port as the client dialled them, in lower case. */
  readonly host: string;
  /** Make the room if there is none; editors only. */
  readonly create: boolean;
  /** Access token of a private relay, else empty. */
  readonly token: string;
  readonly cursor: Cursor | undefined;
  /** Where not 0, a snapshot at this seq did not open: the stream is to start before it (rule S6). */
  readonly beforeSeq: number;
  readonly signature: Uint8Array;
}

/** One small entry; `ref` is the sender's number for it, which the acknowledgement names (rules A1 to A4). */
export interface Append {
  readonly ref: number;
  readonly entry: Uint8Array;
}

/** One chunk of a large entry or of a snapshot; offsets in bytes, in order, without gaps (rules U1 to U3). */
export interface Upload {
  readonly ref: number;
  readonly kind: 'entry' | 'snapshot';
  readonly total: number;
  readonly offset: number;
  readonly chunk: Uint8Array;
}

/** A member's sealed presence; the highest counter wins (rule P1). */
export interface Presence {
  readonly counter: number;
  readonly sealed: Uint8Array;
}

/** All bytes of stream payloads the member has processed since it joined (rule S4). */
export interface Confirm {
  readonly bytes: number;
}

/** Announces a snapshot, whose bytes follow as uploads with the same `ref` (rule C2). */
export interface SnapshotOffer {
  readonly ref: number;
  /** The snapshot this one replaces, 0 for none: a compare-and-set. */
  readonly previousSeq: number;
  /** Everything up to here is in the snapshot. */
  readonly cursor: Cursor;
  /** Entries the editor could not open; the relay keeps them. */
  readonly unopened: readonly number[];
}

/** Every message a client sends, by event. */
export type ClientMessage =
  | { readonly event: 'join'; readonly message: Join }
  | { readonly event: 'append'; readonly message: Append }
  | { readonly event: 'upload'; readonly message: Upload }
  | { readonly event: 'presence'; readonly message: Presence }
  | { readonly event: 'confirm'; readonly message: Confirm }
  | { readonly event: 'leave'; readonly message: null }
  | { readonly event: 'snapshot'; readonly message: SnapshotOffer }
  | { readonly event: 'milestones'; readonly message: MilestonesRequest }
  | { readonly event: 'milestone'; readonly message: MilestoneRequest };

const codeOfRole = { view: 0, edit: 1 } as const satisfies Record<Role, number>;

/** The payload of a client's message. The caller keeps the limits; a payload over them is refused by the relay. */
export function encodeClientMessage(sent: ClientMessage): Uint8Array {
  return encodePayload((encoder) => {
    switch (sent.event) {
      case 'join':
        writeJoin(encoder, sent.message);
        return;
      case 'append':
        encoding.writeVarUint(encoder, sent.message.ref);
        encoding.writeUint8Array(encoder, sent.message.entry);
        return;
      case 'upload':
        encoding.writeVarUint(encoder, sent.message.ref);
        encoding.writeUint8(encoder, sent.message.kind === 'entry' ? 0 : 1);
        writeChunk(encoder, sent.message);
        return;
      case 'presence':
        encoding.writeVarUint(encoder, sent.message.counter);
        encoding.writeUint8Array(encoder, sent.message.sealed);
        return;
      case 'confirm':
        encoding.writeVarUint(encoder, sent.message.bytes);
        return;
      case 'leave':
        return;
      case 'snapshot':
        encoding.writeVarUint(encoder, sent.message.ref);
        encoding.writeVarUint(encoder, sent.message.previousSeq);
        writeCursor(encoder, sent.message.cursor);
        encoding.writeVarUint(encoder, sent.message.unopened.length);
        for (const seq of sent.message.unopened) encoding.writeVarUint(encoder, seq);
        return;
      case 'milestones':
        encoding.writeVarUint(encoder, sent.message.ref);
        return;
      case 'milestone':
        encoding.writeVarUint(encoder, sent.message.ref);
        encoding.writeVarUint(encoder, sent.message.seq);
        encoding.writeVarUint(encoder, sent.message.offset);
        return;
      default:
        return sent satisfies never;
    }
  });
}

/** Reads an untrusted payload of a client's event, or says why it is none. Byte arrays are views of the payload. */
export function parseClientMessage(event: ClientEvent, payload: Uint8Array): Parsed<ClientMessage> {
  switch (event) {
    case 'join':
      return parsePayload(payload, (reader) => {
        const version = reader.uint(0xffff);
        const roomId = reader.fixed(idBytes);
        const role = reader.uint(1) === 1 ? 'edit' : 'view';
        const keys: MemberKeys =
          role === 'edit'
            ? {
                role,
                editPublicKey: reader.fixed(publicKeyBytes),
                viewPublicKey: reader.fixed(publicKeyBytes),
              }
            : { role, tag: reader.fixed(idBytes), viewPublicKey: reader.fixed(publicKeyBytes) };
        const host = reader.text(limits.hostChars);
        const create = reader.uint(1) === 1;
        const token = reader.text(limits.tokenChars);
        const cursor = reader.uint(1) === 1 ? readCursor(reader) : undefined;
        const beforeSeq = reader.uint();
        const signature = reader.fixed(signatureBytes);
        return {
          event,
          message: { version, roomId, keys, host, create, token, cursor, beforeSeq, signature },
        };
      });
    case 'append':
      return parsePayload(payload, (reader) => {
        const ref = reader.uint();
        const entry = reader.rest(limits.inlineEntryBytes);
        if (entry.length === 0) reader.fail('an empty entry');
        return { event, message: { ref, entry } };
      });
    case 'upload':
      return parsePayload(payload, (reader) => {
        const ref = reader.uint();
        const kind = reader.uint(1) === 0 ? 'entry' : 'snapshot';
        const most = kind === 'entry' ? limits.entryBytes : limits.snapshotBytes;
        return { event, message: { ref, kind, ...readChunk(reader, most) } };
      });
    case 'presence':
      return parsePayload(payload, (reader) => ({
        event,
        message: { counter: reader.uint(), sealed: reader.rest(limits.presenceBytes) },
      }));
    case 'confirm':
      return parsePayload(payload, (reader) => ({ event, message: { bytes: reader.uint() } }));
    case 'leave':
      return parsePayload(payload, () => ({ event, message: null }));
    case 'snapshot':
      return parsePayload(payload, (reader) => {
        const ref = reader.uint();
        const previousSeq = reader.uint();
        const cursor = readCursor(reader);
        const unopened: number[] = [];
        for (let left = reader.uint(limits.unopenedEntries); left > 0; left--) unopened.push(reader.uint());
        return { event, message: { ref, previousSeq, cursor, unopened } };
      });
    case 'milestones':
      return parsePayload(payload, (reader) => ({ event, message: { ref: reader.uint() } }));
    case 'milestone':
      return parsePayload(payload, (reader) => ({
        event,
        message: { ref: reader.uint(), seq: reader.uint(), offset: reader.uint(limits.snapshotBytes) },
      }));
    default:
      return event satisfies never;
  }
}

function writeJoin(encoder: encoding.Encoder, join: Join): void {
  encoding.writeVarUint(encoder, join.version);
  encoding.writeUint8Array(encoder, join.roomId);
  encoding.writeVarUint(encoder, codeOfRole[join.keys.role]);
  encoding.writeUint8Array(encoder, join.keys.role === 'edit' ? join.keys.editPublicKey : join.keys.tag);
  encoding.writeUint8Array(encoder, join.keys.viewPublicKey);
  encoding.writeVarString(encoder, join.host);
  encoding.writeVarUint(encoder, join.create ? 1 : 0);
  encoding.writeVarString(encoder, join.token);
  encoding.writeVarUint(encoder, join.cursor === undefined ? 0 : 1);
  if (join.cursor !== undefined) writeCursor(encoder, join.cursor);
  encoding.writeVarUint(encoder, join.beforeSeq);
  encoding.writeUint8Array(encoder, join.signature);
}
