import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import type { OnEdit } from './edits.ts';
import { readYjsEdits } from './edits.ts';
import { emptyStateVector, syncTypes } from './plain-members.ts';
import { Signal } from './signal.ts';
import type { BenchMember, ConnectOptions } from './systems.ts';
import { WebSocketClient } from './web-socket.ts';

/** Hocuspocus' message types; a message starts with the document's name. */
const types = { sync: 0, auth: 2 } as const;
const authToken = 0;

/** A client of Hocuspocus. */
export class HocuspocusMember implements BenchMember {
  readonly #ready = new Signal();
  readonly #client: WebSocketClient;
  readonly #room: string;
  readonly #onEdit: OnEdit | undefined;

  constructor({ port, room, onEdit }: ConnectOptions) {
    this.#room = room;
    this.#onEdit = onEdit;
    this.#client = new WebSocketClient({
      port,
      path: '/',
      onOpen: () => this.#greet(),
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
    this.#send(types.sync, (encoder) => {
      encoding.writeVarUint(encoder, syncTypes.update);
      encoding.writeVarUint8Array(encoder, edit);
    });
  }

  close(): void {
    this.#client.close();
  }

  #greet(): void {
    this.#send(types.auth, (encoder) => {
      encoding.writeVarUint(encoder, authToken);
      encoding.writeVarString(encoder, '');
      encoding.writeVarString(encoder, '4.7.0');
    });
    this.#send(types.sync, (encoder) => {
      encoding.writeVarUint(encoder, syncTypes.step1);
      encoding.writeVarUint8Array(encoder, emptyStateVector);
    });
  }

  #send(type: number, write: (encoder: encoding.Encoder) => void): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarString(encoder, this.#room);
    encoding.writeVarUint(encoder, type);
    write(encoder);
    this.#client.sendBinary(encoding.toUint8Array(encoder));
  }

  #take(payload: Buffer): void {
    // An empty payload is that of a frame too large to keep: a document, which comes as step 2.
    if (payload.length === 0) this.#ready.give();
    const at = 1 + (payload[0] ?? 0);
    if (payload[at] !== types.sync) return;
    if (payload[at + 1] === syncTypes.step2) this.#ready.give();
    else if (payload[at + 1] === syncTypes.update && this.#onEdit !== undefined) {
      const decoder = decoding.createDecoder(payload);
      decoder.pos = at + 2;
      readYjsEdits(decoding.readVarUint8Array(decoder), this.#onEdit);
    }
  }
}
