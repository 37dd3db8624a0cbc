import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { RelayMessage } from '../../protocol/relay-messages.ts';
import { waitFor } from '../app/wait-for.ts';
import { readRelayFrame } from './relay-frame.ts';

/** WebSocket's own frame types (RFC 6455, 5.2). */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** One frame as a client sends it, masked with zeros. `claimed` replaces the length in the header. */
export function webSocketFrame(opcode: number, payload: Uint8Array, fin = true, claimed?: number): Buffer {
  const length = claimed ?? payload.length;
  const first = (fin ? 0x80 : 0) | opcode;
  const masked = 0x80;
  let header: Buffer;
  if (length < 126) header = Buffer.from([first, masked | length]);
  else if (length < 65_536) header = Buffer.from([first, masked | 126, length >> 8, length & 0xff]);
  else {
    header = Buffer.alloc(10);
    header[0] = first;
    header[1] = masked | 127;
    header.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([header, Buffer.alloc(4), payload]);
}

/** The frames in what `webSocketFrame` made, one after another. */
export function readWebSocketFrames(
  bytes: Buffer,
): readonly { readonly opcode: number; readonly payload: Buffer }[] {
  const frames: { opcode: number; payload: Buffer }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const short = (bytes[at + 1] ?? 0) & 0x7f;
    const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
    const length =
      lengthBytes === 0 ? short : Number(`0x${bytes.toString('hex', at + 2, at + 2 + lengthBytes)}`);
    const start = at + 2 + lengthBytes + 4;
    frames.push({ opcode: (bytes[at] ?? 0) & 0x0f, payload: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return frames;
}

/** A WebSocket of bare bytes to a relay: sends whatever it is told, at every level, and keeps what it is sent. */
export class RawWebSocket {
  readonly socket: Socket;
  /** Status line of the answer to the handshake. */
  readonly status: string;
  readonly texts: string[] = [];
  /** Messages of the relay, in order. */
  readonly messages: RelayMessage[] = [];
  closeCode: number | undefined;
  /** Answers to its pings of WebSocket. */
  pongs = 0;
  #rest: Buffer;

  private constructor(socket: Socket, status: string, rest: Buffer) {
    this.socket = socket;
    this.status = status;
    this.#rest = rest;
    socket.on('data', (bytes: Buffer) => this.#take(bytes));
    this.#take(Buffer.alloc(0));
  }

  /** Connects and does the WebSocket handshake; nothing of engine.io or Socket.IO yet. */
  static async open(
    url: string,
    { query = '', headers = [] }: { query?: string; headers?: readonly string[] } = {},
  ): Promise<RawWebSocket> {
    const { host, hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    await once(socket, 'connect');
    const lines = [
      `GET /socket.io/?EIO=4&transport=websocket${query} HTTP/1.1`,
      `Host: ${host}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      ...headers,
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    let head = Buffer.alloc(0);
    const take = (bytes: Buffer) => {
      head = Buffer.concat([head, bytes]);
    };
    socket.on('data', take);
    await waitFor('an answer to the handshake', () => head.includes('\r\n\r\n') || socket.destroyed);
    socket.off('data', take);
    const end = head.indexOf('\r\n\r\n');
    const [status = ''] = head.toString('latin1').split('\r\n', 1);
    return new RawWebSocket(socket, status, head.subarray(end === -1 ? head.length : end + 4));
  }

  /** Connects up to the relay's first message, which is `hello` where it lets one in, or to the end of the connection. */
  static async greeted(url: string, headers: readonly string[] = []): Promise<RawWebSocket> {
    const raw = await RawWebSocket.open(url, { headers });
    raw.text('40');
    await waitFor('hello', () => raw.messages.length > 0 || raw.closed, { seen: () => raw.describe() });
    return raw;
  }

  /** Whether the connection is over. */
  get closed(): boolean {
    return this.socket.destroyed || this.socket.readableEnded || this.closeCode !== undefined;
  }

  /** Codes of the refusals it was sent. */
  get refusals(): readonly string[] {
    return this.messages.flatMap((each) => (each.event === 'refused' ? [each.message.code] : []));
  }

  text(text: string): void {
    this.frame(opcodes.text, Buffer.from(text));
  }

  binary(bytes: Uint8Array): void {
    this.frame(opcodes.binary, bytes);
  }

  frame(opcode: number, payload: Uint8Array, fin = true, claimed?: number): void {
    this.bytes(webSocketFrame(opcode, payload, fin, claimed));
  }

  /** Any bytes at all. */
  bytes(bytes: Uint8Array): void {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  async ended(): Promise<void> {
    await waitFor('the connection to end', () => this.closed, { seen: () => this.describe() });
  }

  async refused(code: string): Promise<void> {
    await waitFor(`refused ${code}`, () => this.refusals.includes(code), { seen: () => this.describe() });
  }

  close(): void {
    this.socket.destroy();
  }

  describe(): string {
    const events = this.messages.slice(-3).map(({ event }) => event);
    return `${this.status}; ${this.messages.length} messages, last ${events.join(', ')}; refused ${this.refusals.slice(-3).join(', ')}; closed ${this.closed} ${this.closeCode}`;
  }

  #take(bytes: Buffer): void {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    for (;;) {
      const [first = 0, second = 0] = this.#rest;
      const short = second & 0x7f;
      const start = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (this.#rest.length < start) return;
      const length =
        short === 126
          ? this.#rest.readUInt16BE(2)
          : short === 127
            ? Number(this.#rest.readBigUInt64BE(2))
            : short;
      if (this.#rest.length < start + length) return;
      this.#read(first & 0x0f, this.#rest.subarray(start, start + length));
      this.#rest = this.#rest.subarray(start + length);
    }
  }

  #read(opcode: number, payload: Buffer): void {
    if (opcode === opcodes.text) {
      const text = payload.toString();
      // Engine.io's ping, which a living client answers.
      if (text === '2') this.text('3');
      else this.texts.push(text);
    } else if (opcode === opcodes.close) {
      this.closeCode = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
    } else if (opcode === opcodes.pong) {
      this.pongs += 1;
    } else if (opcode === opcodes.binary) {
      this.messages.push(readRelayFrame(payload));
    }
  }
}
