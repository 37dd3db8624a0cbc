import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** What a connection is opened with. Payloads given to the listeners are views that are good only during the call. */
export interface WebSocketOptions {
  readonly port: number;
  readonly path: string;
  readonly onOpen?: () => void;
  readonly onText?: (text: string) => void;
  /** `length` is the frame's; `payload` is empty where the frame was longer than `keepBytes`. */
  readonly onBinary?: (payload: Buffer, length: number) => void;
  readonly onClose?: () => void;
  /** Longer frames are counted, not kept. */
  readonly keepBytes?: number;
  /** A reader of its own speed: reads at most this many bytes at once and, while `sipping`, only in `sip()`. */
  readonly sipBytes?: number | undefined;
}

const opcodes = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const noMask = Buffer.alloc(4);
/** Node reads into this one for all connections: everything is taken out before the next read. */
const sharedBuffer = Buffer.allocUnsafe(256 * 1024);

/** The address that servers and clients of the benchmark use. */
export const benchHost = '127.0.0.1';

/**
 * A WebSocket client that costs little: no events, no copies for whole frames, a mask of zeros.
 * It measures servers on loopback; it would be a bad citizen anywhere else.
 */
export class WebSocketClient {
  readonly #socket: Socket;
  /** Bytes read from the network, and data frames. */
  bytes = 0;
  frames = 0;
  closed = false;
  sipping = false;
  readonly #options: WebSocketOptions;
  readonly #keepBytes: number;
  #upgraded = false;
  #rest: Buffer | undefined;
  #frame: { opcode: number; length: number; got: number; kept: Buffer | undefined } | undefined;

  constructor(options: WebSocketOptions) {
    this.#options = options;
    this.#keepBytes = options.keepBytes ?? 1024 * 1024;
    const { sipBytes } = options;
    this.#socket = connect({
      host: benchHost,
      port: options.port,
      noDelay: true,
      onread: {
        buffer: sipBytes === undefined ? sharedBuffer : Buffer.alloc(sipBytes),
        callback: (length, buffer) => {
          this.bytes += length;
          this.#take(Buffer.from(buffer.buffer, buffer.byteOffset, length));
          return !this.sipping;
        },
      },
    });
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.on('close', () => {
      this.closed = true;
      options.onClose?.();
    });
    this.#socket.write(
      `GET ${options.path} HTTP/1.1\r\nHost: ${benchHost}:${options.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
    );
  }

  sendText(text: string): void {
    this.#send(opcodes.text, Buffer.from(text));
  }

  sendBinary(payload: Uint8Array): void {
    this.#send(opcodes.binary, payload);
  }

  /** Reads once more. */
  sip(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.destroy();
  }

  #send(opcode: number, payload: Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(maskedFrame(opcode, payload));
  }

  #take(read: Buffer): void {
    const chunk = this.#rest === undefined ? read : Buffer.concat([this.#rest, read]);
    this.#rest = undefined;
    let position = 0;
    if (!this.#upgraded) {
      const end = chunk.indexOf('\r\n\r\n');
      if (end < 0) {
        this.#rest = Buffer.from(chunk);
        return;
      }
      if (!chunk.toString('latin1', 0, end).startsWith('HTTP/1.1 101')) {
        throw new Error(`no WebSocket: ${chunk.toString('latin1', 0, end)}`);
      }
      this.#upgraded = true;
      position = end + 4;
      this.#options.onOpen?.();
    }
    while (position < chunk.length) {
      if (this.#frame === undefined) {
        const header = headerAt(chunk, position);
        if (header === undefined) {
          this.#rest = Buffer.from(chunk.subarray(position));
          return;
        }
        position += header.bytes;
        const { opcode, length } = header;
        if (position + length <= chunk.length) {
          this.#deliver(opcode, chunk.subarray(position, position + length), length);
          position += length;
          continue;
        }
        const kept = length <= this.#keepBytes ? Buffer.allocUnsafe(length) : undefined;
        this.#frame = { opcode, length, got: 0, kept };
      }
      const frame = this.#frame;
      const taken = Math.min(chunk.length - position, frame.length - frame.got);
      if (frame.kept !== undefined) chunk.copy(frame.kept, frame.got, position, position + taken);
      frame.got += taken;
      position += taken;
      if (frame.got === frame.length) {
        this.#frame = undefined;
        this.#deliver(frame.opcode, frame.kept ?? Buffer.alloc(0), frame.length);
      }
    }
  }

  #deliver(opcode: number, payload: Buffer, length: number): void {
    if (opcode === opcodes.binary) {
      this.frames += 1;
      this.#options.onBinary?.(payload, length);
    } else if (opcode === opcodes.text) {
      this.frames += 1;
      this.#options.onText?.(payload.toString('utf8'));
    } else if (opcode === opcodes.ping) this.#send(opcodes.pong, payload);
    else if (opcode === opcodes.close) this.close();
    else throw new Error(`a frame of kind ${opcode}`);
  }
}

function headerAt(chunk: Buffer, at: number): { opcode: number; length: number; bytes: number } | undefined {
  const left = chunk.length - at;
  if (left < 2) return undefined;
  const opcode = (chunk[at] ?? 0) & 0x0f;
  const short = (chunk[at + 1] ?? 0) & 0x7f;
  if (short < 126) return { opcode, length: short, bytes: 2 };
  if (short === 126) {
    return left < 4 ? undefined : { opcode, length: chunk.readUInt16BE(at + 2), bytes: 4 };
  }
  return left < 10 ? undefined : { opcode, length: Number(chunk.readBigUInt64BE(at + 2)), bytes: 10 };
}

function maskedFrame(opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload;
  const lengthBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const frame = Buffer.allocUnsafe(2 + lengthBytes + noMask.length + length);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127);
  if (lengthBytes === 2) frame.writeUInt16BE(length, 2);
  if (lengthBytes === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  noMask.copy(frame, 2 + lengthBytes);
  frame.set(payload, 2 + lengthBytes + noMask.length);
  return frame;
}
