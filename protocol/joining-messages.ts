import * as encoding from 'lib0/encoding';
import type { PayloadReader } from './codec.ts';
import { readCursor, writeCursor } from './cursor-field.ts';
import type { Cursor, Role } from './ids.ts';
import { nonceBytes } from './proof.ts';

/** First message of the relay on a connection: what the proof must contain, and this relay's bounds (rule J1). */
export interface Hello {
  readonly version: number;
  /** 32 random bytes, for this connection only. */
  readonly nonce: Uint8Array;
  readonly tokenRequired: boolean;
  /** Largest entry this relay takes, in bytes. */
  readonly entryBytes: number;
}

/** How the stream that follows a join starts (rule S1): after the cursor, at the log's start, or with a snapshot. */
export type StreamStart = 'delta' | 'log' | 'snapshot';

/** The relay's yes to a join (rules J4 and S1). */
export interface Joined {
  readonly role: Role;
  /** This member's number in the room, as presence names it. */
  readonly memberId: number;
  readonly head: Cursor;
  readonly start: StreamStart;
  /** Where the stream starts: the first entry sent has `seq` one higher. */
  readonly from: Cursor;
  /** Bytes of the stream up to `head`, for progress. */
  readonly streamBytes: number;
}

const starts = ['delta', 'log', 'snapshot'] as const satisfies readonly StreamStart[];

/** Writes what `readHello` reads. */
export function writeHello(encoder: encoding.Encoder, hello: Hello): void {
  encoding.writeVarUint(encoder, hello.version);
  encoding.writeUint8Array(encoder, hello.nonce);
  encoding.writeVarUint(encoder, hello.tokenRequired ? 1 : 0);
  encoding.writeVarUint(encoder, hello.entryBytes);
}

/** Reads an untrusted `hello`. The nonce is copied, since it outlives the payload. */
export function readHello(reader: PayloadReader): Hello {
  return {
    version: reader.uint(0xffff),
    nonce: reader.fixed(nonceBytes).slice(),
    tokenRequired: reader.uint(1) === 1,
    entryBytes: reader.uint(),
  };
}

/** Writes what `readJoined` reads. */
export function writeJoined(encoder: encoding.Encoder, joined: Joined): void {
  encoding.writeVarUint(encoder, joined.role === 'edit' ? 1 : 0);
  encoding.writeVarUint(encoder, joined.memberId);
  writeCursor(encoder, joined.head);
  encoding.writeVarUint(encoder, starts.indexOf(joined.start));
  writeCursor(encoder, joined.from);
  encoding.writeVarUint(encoder, joined.streamBytes);
}

/** Reads an untrusted `joined`. */
export function readJoined(reader: PayloadReader): Joined {
  return {
    role: reader.uint(1) === 1 ? 'edit' : 'view',
    memberId: reader.uint(),
    head: readCursor(reader),
    start: starts[reader.uint(starts.length - 1)] ?? 'log',
    from: readCursor(reader),
    streamBytes: reader.uint(),
  };
}
