import { concat } from '../protocol/codec.ts';
import type { RelayEvent } from '../protocol/events.ts';
import { encodeFrame, frameHeaderBytes } from '../protocol/frame-parser.ts';

const finalBinary = 0x82;
const lengthIn16Bits = 126;
const lengthIn64Bits = 127;

/** One event as every transport sends it: made once, however many members it goes to. */
export class PreparedFrame {
  readonly event: RelayEvent;
  readonly payloadBytes: number;
  /** An unmasked, unfragmented WebSocket frame (RFC 6455, 5.2), in one piece or, where its end is large and was there, in two. */
  readonly webSocketFrame: readonly Uint8Array[];
  readonly #headerBytes: number;
  #message: Uint8Array | undefined;

  /** The payload, or its start with the rest that is not copied. */
  constructor(event: RelayEvent, start: Uint8Array, rest?: Uint8Array) {
    this.event = event;
    this.payloadBytes = start.length + (rest?.length ?? 0);
    const length = frameHeaderBytes + this.payloadBytes;
    this.#headerBytes = length < lengthIn16Bits ? 2 : length < 0x1_0000 ? 4 : 10;
    const first = encodeFrame(event, start, this.#headerBytes);
    writeHeader(first, this.#headerBytes, length);
    this.webSocketFrame = rest === undefined ? [first] : [first, rest];
  }

  /** The event's bytes, for engine.io. */
  get message(): Uint8Array {
    const [first = new Uint8Array(), rest] = this.webSocketFrame;
    const start = first.subarray(this.#headerBytes);
    this.#message ??= rest === undefined ? start : concat(start, rest);
    return this.#message;
  }

  get payload(): Uint8Array {
    return this.message.subarray(frameHeaderBytes);
  }

  /** What engine.io is told about it: over a WebSocket it passes the frame on as it is, where it would make its own. */
  get options(): { readonly compress: boolean; readonly wsPreEncodedFrame: readonly Uint8Array[] } {
    return { compress: false, wsPreEncodedFrame: this.webSocketFrame };
  }
}

function writeHeader(frame: Uint8Array, headerBytes: number, length: number): void {
  frame[0] = finalBinary;
  if (headerBytes === 2) {
    frame[1] = length;
    return;
  }
  const header = new DataView(frame.buffer, frame.byteOffset, headerBytes);
  header.setUint8(1, headerBytes === 4 ? lengthIn16Bits : lengthIn64Bits);
  if (headerBytes === 4) header.setUint16(2, length);
  else header.setBigUint64(2, BigInt(length));
}
