import type { RelayEvent } from '../protocol/events.ts';
import { encodeFrame, frameHeaderBytes } from '../protocol/frame-parser.ts';

/** One event as every transport sends it: made once, however many members it goes to. */
export interface PreparedFrame {
  /** The event's bytes, for engine.io. */
  readonly message: Uint8Array;
  /** The same with the header of an unmasked, unfragmented WebSocket frame in front (RFC 6455, 5.2). */
  readonly webSocketFrame: Uint8Array;
  /** What engine.io is told about it: it passes the frame on as it is, where it would make its own. */
  readonly options: { readonly compress: boolean; readonly wsPreEncodedFrame: readonly Uint8Array[] };
}

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

/** Frames that were made with their payload, or for more than one connection: good for as long as the payload is there. */
const framesByPayload = new WeakMap<Uint8Array, PreparedFrame>();

/** Encodes an event for any number of connections. */
export function prepareFrame(event: RelayEvent, payload: Uint8Array): PreparedFrame {
  const headerBytes = headerBytesOf(payload.length);
  return withHeader(encodeFrame(event, payload, headerBytes), headerBytes);
}

/** The frame of a payload that goes to connections one by one: encoded the first time. Such a payload has one event always. */
export function frameOfShared(event: RelayEvent, payload: Uint8Array): PreparedFrame {
  const frame = framesByPayload.get(payload) ?? prepareFrame(event, payload);
  framesByPayload.set(payload, frame);
  return frame;
}

/** A payload of two parts, put where `frameOfShared` finds its frame around it: large parts are copied once. */
export function payloadInFrame(event: RelayEvent, head: Uint8Array, rest: Uint8Array): Uint8Array {
  const length = head.length + rest.length;
  const headerBytes = headerBytesOf(length);
  const memory = Buffer.allocUnsafeSlow(headerBytes + frameHeaderBytes + length);
  const bytes = new Uint8Array(memory.buffer, memory.byteOffset, memory.length);
  bytes.set(encodeFrame(event, head, headerBytes));
  bytes.set(rest, headerBytes + frameHeaderBytes + head.length);
  const frame = withHeader(bytes, headerBytes);
  const payload = bytes.subarray(headerBytes + frameHeaderBytes);
  framesByPayload.set(payload, frame);
  return payload;
}

function headerBytesOf(payloadBytes: number): number {
  const length = frameHeaderBytes + payloadBytes;
  return length < lengthIn16Bits ? 2 : length < 0x1_0000 ? 4 : 10;
}

/** Writes the WebSocket header into the bytes that were left for it. */
function withHeader(webSocketFrame: Uint8Array, headerBytes: number): PreparedFrame {
  const length = webSocketFrame.length - headerBytes;
  webSocketFrame[0] = finalBinary;
  if (headerBytes === 2) {
    webSocketFrame[1] = length;
  } else {
    const header = new DataView(webSocketFrame.buffer, webSocketFrame.byteOffset, headerBytes);
    header.setUint8(1, headerBytes === 4 ? lengthIn16Bits : lengthIn64Bits);
    if (headerBytes === 4) header.setUint16(2, length);
    else header.setBigUint64(2, BigInt(length));
  }
  return {
    message: webSocketFrame.subarray(headerBytes),
    webSocketFrame,
    options: { compress: false, wsPreEncodedFrame: [webSocketFrame] },
  };
}

/** Frames that may wait to leave in one write: what is read of something large at once. */
const mostCorkedBytes = 256 * 1024;

/**
 * Sends a frame. A WebSocket that takes bytes gets them at once: through engine.io and ws a frame costs twice as much.
 * Everything else, and every frame behind one that waits, goes through engine.io, which keeps the order and counts what waits.
 */
export function sendFrame(connection: FrameConnection, frame: PreparedFrame): void {
  const stream = freeStream(connection);
  if (stream === undefined) connection.write(frame.message, frame.options);
  else stream.write(frame.webSocketFrame);
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
  stream.write(frame.webSocketFrame);
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
