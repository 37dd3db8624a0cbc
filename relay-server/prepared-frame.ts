import { concat } from '../protocol/codec.ts';
import type { RelayEvent } from '../protocol/events.ts';
import { encodeFrame, frameHeaderBytes } from '../protocol/frame-parser.ts';

/** The part of an engine.io connection that frames are given to. */
export interface FrameConnection {
  readonly readyState: string;
  readonly transport: object;
  write(message: Uint8Array, options: object): unknown;
}

/** The part of a TCP or TLS socket that frames are written to. */
interface ByteStream {
  readonly writable: boolean;
  readonly writableNeedDrain: boolean;
  readonly writableLength: number;
  readonly writableCorked: number;
  write(bytes: Uint8Array): unknown;
  cork(): void;
  uncork(): void;
}

const finalBinary = 0x82;
const lengthIn16Bits = 126;
const lengthIn64Bits = 127;
const webSocketOpen = 1;

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

/** Frames that may wait to leave in one write: what is read of something large at once. */
const mostCorkedBytes = 256 * 1024;

/**
 * Sends a frame. A WebSocket that takes bytes gets them at once: through engine.io and ws a frame costs twice as much.
 * Everything else, and every frame behind one that waits, goes through engine.io, which keeps the order and counts what waits.
 */
export function sendFrame(connection: FrameConnection, frame: PreparedFrame): void {
  const [whole = new Uint8Array(), rest] = frame.webSocketFrame;
  if (rest !== undefined) {
    sendFrameWithNext(connection, frame);
    return;
  }
  const stream = freeStream(connection);
  if (stream === undefined) connection.write(frame.message, frame.options);
  else stream.write(whole);
}

/** Sends a frame that others may follow before the program waits for anything: they leave in one write. */
export function sendFrameWithNext(connection: FrameConnection, frame: PreparedFrame): void {
  const stream = freeStream(connection);
  if (stream === undefined) {
    connection.write(frame.message, frame.options);
    return;
  }
  if (stream.writableCorked === 0) {
    stream.cork();
    process.nextTick(() => stream.uncork());
  }
  for (const bytes of frame.webSocketFrame) stream.write(bytes);
}

/** Whether more may be put in it: the network took what was before, or it waits for no more than this turn's end. */
function takesMore(stream: ByteStream): boolean {
  if (!stream.writable) return false;
  return stream.writableCorked > 0 ? stream.writableLength < mostCorkedBytes : !stream.writableNeedDrain;
}

/** The stream under a WebSocket, if nothing waits in engine.io and the network takes more. */
function freeStream(connection: FrameConnection): ByteStream | undefined {
  const { transport } = connection;
  if (connection.readyState !== 'open') return undefined;
  const waiting: unknown = Reflect.get(connection, 'writeBuffer');
  if (!Array.isArray(waiting) || waiting.length > 0) return undefined;
  // Engine.io's polling transport has no `socket`; ws has its stream in `_socket` until the connection is closed.
  const webSocket: unknown = Reflect.get(transport, 'socket');
  if (typeof webSocket !== 'object' || webSocket === null) return undefined;
  if (Reflect.get(webSocket, 'readyState') !== webSocketOpen) return undefined;
  const stream: unknown = Reflect.get(webSocket, '_socket');
  return isByteStream(stream) && takesMore(stream) ? stream : undefined;
}

function isByteStream(stream: unknown): stream is ByteStream {
  return typeof stream === 'object' && stream !== null && 'cork' in stream && 'writableNeedDrain' in stream;
}
