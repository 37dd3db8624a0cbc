import { encodeFrame } from '../../protocol/frame-parser.ts';
import type { RefusalCode } from '../../protocol/refusals.ts';
import type { DocumentKeys } from '../../sync/keys.ts';
import golden from '../protocol/golden.json' with { type: 'json' };
import { opcodes, webSocketFrame } from '../relay/raw-web-socket.ts';
import type { Random } from './random.ts';

/** What a relay does with one message: refuses it with a code, ends the connection without one, or nothing; never goes on where it should end it. */
export type Outcome = RefusalCode | 'closed' | 'nothing' | 'not closed';

/** What an attacker knows: an ID that only views, and what is said on this connection. */
export interface Knowledge {
  readonly random: Random;
  readonly viewer: DocumentKeys;
  readonly stranger: DocumentKeys;
  readonly host: string;
  readonly nonce: Uint8Array;
  /** The viewer's proof on another connection. */
  readonly oldProof: { readonly nonce: Uint8Array; readonly signature: Uint8Array };
}

/** One kind of hostile message: bytes for the wire below WebSocket, and what may come of it. */
export interface HostileClass {
  readonly expected: readonly Outcome[];
  make(knows: Knowledge): Uint8Array;
}

/** One valid frame of every message, by its name. */
export const goldenFrames: ReadonlyMap<string, Buffer> = new Map(
  Object.entries(golden.frames).map(([name, hex]) => [name, Buffer.from(hex, 'hex')]),
);

/** Random bytes. */
export function bytes(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.below(256)));
}

/** A number as the protocol writes it. */
export function varUint(value: number): Buffer {
  const out: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    out.push(left >= 128 ? (left % 128) | 0x80 : left);
    if (left < 128) return Buffer.from(out);
  }
}

/** A binary message of WebSocket. */
export const binary = (frame: Uint8Array) => webSocketFrame(opcodes.binary, frame);
/** A text message of WebSocket. */
export const text = (content: string) => webSocketFrame(opcodes.text, Buffer.from(content));
/** An event of the protocol with any payload. */
export const event = (name: string, ...parts: readonly Uint8Array[]) =>
  binary(encodeFrame(name, Buffer.concat(parts)));

/** A golden frame by its name. */
export function goldenFrame(name: string): Buffer {
  const frame = goldenFrames.get(name);
  if (frame === undefined) throw new Error(`no golden frame ${name}`);
  return frame;
}
