import * as encoding from 'lib0/encoding';
import { readChunk, writeChunk } from './chunk-field.ts';
import type { Parsed, PayloadReader } from './codec.ts';
import { encodePayload, parsePayload } from './codec.ts';
import { readCursor, writeCursor } from './cursor-field.ts';
import type { RelayEvent } from './events.ts';
import type { Cursor } from './ids.ts';
import type { Hello, Joined } from './joining-messages.ts';
import { readHello, readJoined, writeHello, writeJoined } from './joining-messages.ts';
import { limits } from './limits.ts';
import type { MilestonePart, Milestones } from './milestone-messages.ts';
import { readMilestones, writeMilestones } from './milestone-messages.ts';

/** Consecutive small entries (rule S2). */
export interface Entries {
  readonly firstSeq: number;
  readonly entries: readonly Uint8Array[];
}

/** One chunk of the large entry `seq` (rule S3). */
export interface Part {
  readonly seq: number;
  readonly total: number;
  readonly offset: number;
  readonly chunk: Uint8Array;
}

/** Entries that are on disk now: the sender's number and the position of each (rule A2). */
export interface Acknowledgement {
  readonly acks: readonly { readonly ref: number; readonly seq: number }[];
}

/** Last known presence of members, the receiver's own excluded on join (rules P1 to P3). */
export interface Peers {
  readonly peers: readonly {
    readonly memberId: number;
    readonly counter: number;
    readonly sealed: Uint8Array;
  }[];
}

/** A no (rule R1). `ref` names the append or upload it answers; `code` is a key of `refusals` of the relay's version. */
export interface Refused {
  readonly code: string;
  readonly ref: number | undefined;
  /** More for the log and the curious, in English; may be empty. */
  readonly detail: string;
}

/** One chunk of a snapshot, sent before the entries after it. */
export interface SnapshotPart {
  readonly cursor: Cursor;
  readonly total: number;
  readonly offset: number;
  readonly chunk: Uint8Array;
}

/** Bytes of an upload the relay has so far (rule U2). */
export interface Received {
  readonly ref: number;
  readonly bytes: number;
}

/** Every message a relay sends, by event. */
export type RelayMessage =
  | { readonly event: 'hello'; readonly message: Hello }
  | { readonly event: 'joined'; readonly message: Joined }
  | { readonly event: 'entries'; readonly message: Entries }
  | { readonly event: 'part'; readonly message: Part }
  | { readonly event: 'live'; readonly message: Cursor }
  | { readonly event: 'ack'; readonly message: Acknowledgement }
  | { readonly event: 'peers'; readonly message: Peers }
  | { readonly event: 'left'; readonly message: readonly number[] }
  | { readonly event: 'refused'; readonly message: Refused }
  | { readonly event: 'snapshot-request'; readonly message: { readonly previousSeq: number } }
  | { readonly event: 'snapshot-part'; readonly message: SnapshotPart }
  | { readonly event: 'received'; readonly message: Received }
  | { readonly event: 'milestone-list'; readonly message: Milestones }
  | { readonly event: 'milestone-part'; readonly message: MilestonePart };

/** The payload of a relay's message. */
export function encodeRelayMessage(sent: RelayMessage): Uint8Array {
  return encodePayload((encoder) => writeRelayMessage(encoder, sent));
}

function writeRelayMessage(encoder: encoding.Encoder, sent: RelayMessage): void {
  switch (sent.event) {
    case 'hello':
      writeHello(encoder, sent.message);
      return;
    case 'joined':
      writeJoined(encoder, sent.message);
      return;
    case 'entries':
      encoding.writeVarUint(encoder, sent.message.firstSeq);
      for (const entry of sent.message.entries) encoding.writeVarUint8Array(encoder, entry);
      return;
    case 'part':
      encoding.writeVarUint(encoder, sent.message.seq);
      writeChunk(encoder, sent.message);
      return;
    case 'live':
      writeCursor(encoder, sent.message);
      return;
    case 'ack':
      for (const { ref, seq } of sent.message.acks) {
        encoding.writeVarUint(encoder, ref);
        encoding.writeVarUint(encoder, seq);
      }
      return;
    case 'peers':
      for (const peer of sent.message.peers) {
        encoding.writeVarUint(encoder, peer.memberId);
        encoding.writeVarUint(encoder, peer.counter);
        encoding.writeVarUint8Array(encoder, peer.sealed);
      }
      return;
    case 'left':
      for (const memberId of sent.message) encoding.writeVarUint(encoder, memberId);
      return;
    case 'refused':
      encoding.writeVarString(encoder, sent.message.code);
      encoding.writeVarUint(encoder, sent.message.ref === undefined ? 0 : 1);
      if (sent.message.ref !== undefined) encoding.writeVarUint(encoder, sent.message.ref);
      encoding.writeVarString(encoder, sent.message.detail);
      return;
    case 'snapshot-request':
      encoding.writeVarUint(encoder, sent.message.previousSeq);
      return;
    case 'snapshot-part':
      writeCursor(encoder, sent.message.cursor);
      writeChunk(encoder, sent.message);
      return;
    case 'received':
      encoding.writeVarUint(encoder, sent.message.ref);
      encoding.writeVarUint(encoder, sent.message.bytes);
      return;
    case 'milestone-list':
      writeMilestones(encoder, sent.message);
      return;
    case 'milestone-part':
      encoding.writeVarUint(encoder, sent.message.ref);
      writeCursor(encoder, sent.message.cursor);
      writeChunk(encoder, sent.message);
      return;
    default:
      sent satisfies never;
  }
}

const readers: {
  readonly [Event in RelayEvent]: (reader: PayloadReader) => RelayMessage & { event: Event };
} = {
  hello: (reader) => ({ event: 'hello', message: readHello(reader) }),
  joined: (reader) => ({ event: 'joined', message: readJoined(reader) }),
  entries: (reader) => ({
    event: 'entries',
    message: {
      firstSeq: reader.uint(),
      entries: reader.all(() => reader.bytes(limits.inlineEntryBytes)),
    },
  }),
  part: (reader) => ({
    event: 'part',
    message: { seq: reader.uint(), ...readChunk(reader, limits.entryBytes) },
  }),
  live: (reader) => ({ event: 'live', message: readCursor(reader) }),
  ack: (reader) => ({
    event: 'ack',
    message: { acks: reader.all(() => ({ ref: reader.uint(), seq: reader.uint() })) },
  }),
  peers: (reader) => ({
    event: 'peers',
    message: {
      peers: reader.all(() => ({
        memberId: reader.uint(),
        counter: reader.uint(),
        sealed: reader.bytes(limits.presenceBytes),
      })),
    },
  }),
  left: (reader) => ({ event: 'left', message: reader.all(() => reader.uint()) }),
  refused: (reader) => ({
    event: 'refused',
    message: {
      code: reader.text(40),
      ref: reader.uint(1) === 1 ? reader.uint() : undefined,
      detail: reader.text(limits.detailChars),
    },
  }),
  'snapshot-request': (reader) => ({ event: 'snapshot-request', message: { previousSeq: reader.uint() } }),
  'snapshot-part': (reader) => ({
    event: 'snapshot-part',
    message: { cursor: readCursor(reader), ...readChunk(reader, limits.snapshotBytes) },
  }),
  received: (reader) => ({ event: 'received', message: { ref: reader.uint(), bytes: reader.uint() } }),
  'milestone-list': (reader) => ({ event: 'milestone-list', message: readMilestones(reader) }),
  'milestone-part': (reader) => ({
    event: 'milestone-part',
    message: {
      ref: reader.uint(),
      cursor: readCursor(reader),
      ...readChunk(reader, limits.snapshotBytes),
    },
  }),
};

/** Reads an untrusted payload of a relay's event, or says why it is none. Byte arrays are views of the payload. */
export function parseRelayMessage(event: RelayEvent, payload: Uint8Array): Parsed<RelayMessage> {
  const read: (reader: PayloadReader) => RelayMessage = readers[event];
  return parsePayload(payload, read);
}
