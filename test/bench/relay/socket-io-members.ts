import type { OnEdit } from './edits.ts';
import { readSealedEdit, readYjsEdits } from './edits.ts';
import { Signal } from './signal.ts';
import type { BenchMember, ConnectOptions } from './systems.ts';
import { WebSocketClient } from './web-socket.ts';

/** How events cross the wire: Socket.IO's own text and binary frames, or msgpack; y-socket.io uses the former in a namespace. */
type Dialect = 'default' | 'msgpack' | 'y-socket.io';

/** `{type: 0, nsp: '/'}` and the start and end of `{type: 2, data: ['entry', bytes], nsp: '/'}` in msgpack. */
const msgpack = {
  connect: Buffer.from('82a47479706500a36e7370a12f', 'hex'),
  eventStart: Buffer.from('83a47479706502a46461746192a5656e747279c4', 'hex'),
  eventEnd: Buffer.from('a36e7370a12f', 'hex'),
  binary: 0xc4,
} as const;

/** A client of a Socket.IO server, without Socket.IO's client. */
export class SocketIoMember implements BenchMember {
  readonly #ready = new Signal();
  readonly #client: WebSocketClient;
  readonly #dialect: Dialect;
  readonly #namespace: string;
  readonly #onEdit: OnEdit | undefined;
  /** The event whose bytes come in the next frame. */
  #announced = '';

  constructor(dialect: Dialect, { port, room, onEdit }: ConnectOptions) {
    this.#dialect = dialect;
    this.#namespace = dialect === 'y-socket.io' ? `/yjs|${room},` : '';
    this.#onEdit = onEdit;
    this.#client = new WebSocketClient({
      port,
      path: `/socket.io/?EIO=4&transport=websocket&room=${encodeURIComponent(room)}`,
      onText: (text) => this.#takeText(text),
      onBinary: (payload) => this.#takeBinary(payload),
    });
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  get frames(): number {
    return this.#client.frames;
  }

  get bytes(): number {
    return this.#client.bytes;
  }

  get closed(): boolean {
    return this.#client.closed;
  }

  send(edit: Uint8Array): void {
    if (this.#dialect === 'msgpack') {
      const { eventStart, eventEnd } = msgpack;
      this.#client.sendBinary(Buffer.concat([eventStart, Uint8Array.of(edit.length), edit, eventEnd]));
      return;
    }
    const event = this.#dialect === 'default' ? 'entry' : 'sync-update';
    this.#client.sendText(`451-${this.#namespace}["${event}",{"_placeholder":true,"num":0}]`);
    this.#client.sendBinary(edit);
  }

  close(): void {
    this.#client.close();
  }

  #takeText(text: string): void {
    if (text === '2') this.#client.sendText('3');
    else if (text.startsWith('0{')) {
      if (this.#dialect === 'msgpack') this.#client.sendBinary(msgpack.connect);
      else this.#client.sendText(`40${this.#namespace}`);
    } else if (text.startsWith('40') && this.#dialect === 'default') this.#ready.give();
    else if (text.startsWith('45')) {
      this.#announced = text;
      // y-socket.io's server listens from here on, and asks for what a client has.
      if (text.includes('"sync-step-1"')) this.#ready.give();
    }
  }

  #takeBinary(payload: Buffer): void {
    if (this.#dialect === 'msgpack') {
      this.#ready.give();
      const at = payload.indexOf(msgpack.binary);
      if (this.#onEdit !== undefined && at >= 0) readSealedEdit(payload, at + 2, this.#onEdit);
    } else if (this.#onEdit !== undefined) {
      if (this.#dialect === 'default') readSealedEdit(payload, 0, this.#onEdit);
      else if (this.#announced.includes('"sync-update"')) readYjsEdits(payload, this.#onEdit);
    }
  }
}
