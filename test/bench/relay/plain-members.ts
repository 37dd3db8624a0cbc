import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import type { OnEdit } from './edits.ts';
import { readSealedEdit, readYjsEdits } from './edits.ts';
import { Signal } from './signal.ts';
import type { BenchMember, ConnectOptions } from './systems.ts';
import { WebSocketClient } from './web-socket.ts';

/** Message types of y-protocols' sync, which y-websocket and Hocuspocus share. */
export const syncTypes = { step1: 0, step2: 1, update: 2 } as const;
/** A state vector with nobody in it: everything is asked for. */
export const emptyStateVector = Uint8Array.of(0);
const syncMessage = 0;

/** A client of the bare WebSocket server. */
export class BareWebSocketMember implements BenchMember {
  readonly #ready = new Signal();
  readonly #client: WebSocketClient;

  constructor({ port, room, onEdit }: ConnectOptions) {
    this.#client = new WebSocketClient({
      port,
      path: `/${room}`,
      onOpen: () => this.#ready.give(),
      onBinary: (payload) => onEdit && readSealedEdit(payload, 0, onEdit),
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
    this.#client.sendBinary(edit);
  }

  close(): void {
    this.#client.close();
  }
}

/** A client of y-websocket's server. */
export class YWebSocketMember implements BenchMember {
  readonly #ready = new Signal();
  readonly #client: WebSocketClient;
  readonly #onEdit: OnEdit | undefined;

  constructor({ port, room, onEdit }: ConnectOptions) {
    this.#onEdit = onEdit;
    this.#client = new WebSocketClient({
      port,
      path: `/${room}`,
      onBinary: (payload) => this.#take(payload),
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
    this.#send(syncTypes.update, edit);
  }

  close(): void {
    this.#client.close();
  }

  #send(type: number, bytes: Uint8Array): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, syncMessage);
    encoding.writeVarUint(encoder, type);
    encoding.writeVarUint8Array(encoder, bytes);
    this.#client.sendBinary(encoding.toUint8Array(encoder));
  }

  #take(payload: Buffer): void {
    // An empty payload is that of a frame too large to keep: a document, which comes as step 2.
    if (payload.length === 0) this.#ready.give();
    if (payload[0] !== syncMessage) return;
    if (payload[1] === syncTypes.step1) this.#send(syncTypes.step1, emptyStateVector);
    else if (payload[1] === syncTypes.step2) this.#ready.give();
    else if (payload[1] === syncTypes.update && this.#onEdit !== undefined) {
      const decoder = decoding.createDecoder(payload);
      decoder.pos = 2;
      readYjsEdits(decoding.readVarUint8Array(decoder), this.#onEdit);
    }
  }
}
