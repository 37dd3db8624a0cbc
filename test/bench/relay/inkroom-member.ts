import type { ClientMessage } from '../../../protocol/client-messages.ts';
import { encodeClientMessage } from '../../../protocol/client-messages.ts';
import { clientEvents, relayEvents } from '../../../protocol/events.ts';
import { encodeFrame } from '../../../protocol/frame-parser.ts';
import type { Cursor } from '../../../protocol/ids.ts';
import { limits } from '../../../protocol/limits.ts';
import { nextMark } from '../../../protocol/marks.ts';
import { parseRelayMessage } from '../../../protocol/relay-messages.ts';
import { waitFor } from '../../app/wait-for.ts';
import type { TestDocument } from '../../relay/test-document.ts';
import { joinOf, newDocument, sha256 } from '../../relay/test-document.ts';
import type { OnEdit } from './edits.ts';
import { readSealedEdit } from './edits.ts';
import { eachEntry } from './entries-payload.ts';
import { PollingClient } from './polling.ts';
import { Signal } from './signal.ts';
import type { BenchMember, ConnectOptions } from './systems.ts';
import { benchHost, WebSocketClient } from './web-socket.ts';

/** Magic and code in front of a payload. */
const frameHeaderBytes = 2;

export interface InkroomOptions extends ConnectOptions {
  /** Keeps the hash chain, so that `cursor` tells what the member has. */
  readonly keepsCursor?: boolean;
  readonly cursor?: Cursor | undefined;
  /** Joins when `join` is called, not as soon as it can. */
  readonly waits?: boolean;
  readonly transport?: 'websocket' | 'polling';
  readonly sipBytes?: number;
}

/** What carries a member's frames. */
export interface Transport {
  readonly frames: number;
  readonly bytes: number;
  readonly closed: boolean;
  /** While set, nothing is read but by `sip`. */
  sipping: boolean;
  sip(): void;
  sendText(text: string): void;
  sendBinary(frame: Uint8Array): void;
  close(): void;
}

const documents = new Map<string, TestDocument>();

/** The keys of a room: they follow from its name, in every process. */
export function documentOf(room: string): TestDocument {
  const known = documents.get(room) ?? newDocument(room);
  documents.set(room, known);
  return known;
}

/** A client of the relay that joins as an editor, confirms what it gets, and keeps nothing. */
export class InkroomMember implements BenchMember {
  readonly #ready = new Signal();
  readonly #greeted = new Signal();
  readonly #client: Transport;
  readonly #options: InkroomOptions;
  readonly #onEdit: OnEdit | undefined;
  /** Where it is in the log: entries received so far, large ones included. */
  seq = 0;
  /** Payload bytes of the stream since the join, and of presence. */
  streamBytes = 0;
  presenceFrames = 0;
  presenceBytes = 0;
  /** When the stream reached the head. */
  liveMs = 0;
  acks = 0;
  refusal = '';
  #nonce: Uint8Array | undefined;
  #mark: Uint8Array | undefined;
  #confirmedBytes = 0;
  #ref = 0;
  #received = new Map<number, number>();

  constructor(options: InkroomOptions) {
    this.#options = options;
    this.#onEdit = options.onEdit;
    const { port, sipBytes, transport = 'websocket' } = options;
    const listeners = {
      port,
      sipBytes,
      onText: (text: string) => {
        if (text === '2') this.pong();
        else if (text.startsWith('0{')) this.#client.sendText('40');
      },
      onBinary: (frame: Buffer) => this.#take(frame),
    };
    const path = '/socket.io/?EIO=4&transport=websocket';
    this.#client =
      transport === 'polling' ? new PollingClient(listeners) : new WebSocketClient({ ...listeners, path });
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Resolves when it could join. */
  get greeted(): Promise<void> {
    return this.#greeted.promise;
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

  /** For reading slowly. */
  get transport(): Transport {
    return this.#client;
  }

  get cursor(): Cursor | undefined {
    return this.#mark === undefined ? undefined : { seq: this.seq, mark: this.#mark };
  }

  /** Says that it is there, asked or not. */
  pong(): void {
    this.#client.sendText('3');
  }

  join(): void {
    const { room, port, cursor } = this.#options;
    if (this.#nonce === undefined) throw new Error('not greeted yet');
    const host = `${benchHost}:${port}`;
    this.#send({
      event: 'join',
      message: joinOf(documentOf(room), { nonce: this.#nonce, host, create: true, cursor }),
    });
  }

  send(edit: Uint8Array): void {
    this.#ref += 1;
    const payload = Buffer.allocUnsafe(12 + edit.length);
    let length = frameHeaderBytes;
    payload[0] = 0x1b;
    payload[1] = clientEvents.append;
    for (let left = this.#ref; ; left = Math.floor(left / 128)) {
      payload[length++] = left > 127 ? (left & 127) | 128 : left;
      if (left <= 127) break;
    }
    payload.set(edit, length);
    this.#client.sendBinary(payload.subarray(0, length + edit.length));
  }

  sendPresence(counter: number, sealed: Uint8Array): void {
    this.#send({ event: 'presence', message: { counter, sealed } });
  }

  /** Uploads one large entry as the window allows, and resolves when it is on disk. */
  async upload(entry: Uint8Array): Promise<void> {
    this.#ref += 1;
    const ref = this.#ref;
    const acksBefore = this.acks;
    const total = entry.length;
    for (let offset = 0; offset < total; offset += limits.chunkBytes) {
      const chunk = entry.subarray(offset, offset + limits.chunkBytes);
      await waitFor('the upload window', () => {
        const unanswered = offset + chunk.length - (this.#received.get(ref) ?? 0);
        return this.refusal !== '' || unanswered <= limits.uploadWindowBytes;
      });
      if (this.refusal !== '') throw new Error(`refused ${this.refusal}`);
      this.#send({ event: 'upload', message: { ref, kind: 'entry', total, offset, chunk } });
    }
    await waitFor('the upload to be on disk', () => this.acks > acksBefore);
  }

  close(): void {
    this.#client.close();
  }

  #send(sent: ClientMessage): void {
    this.#client.sendBinary(encodeFrame(sent.event, encodeClientMessage(sent)));
  }

  #take(frame: Buffer): void {
    const payload = frame.subarray(frameHeaderBytes);
    switch (frame[1]) {
      case relayEvents.entries:
        this.#takeEntries(payload);
        this.#streamed(payload.length);
        return;
      case relayEvents.part:
      case relayEvents['snapshot-part']:
        this.#streamed(payload.length);
        return;
      case relayEvents.ack:
        this.acks += 1;
        return;
      case relayEvents.peers:
        this.presenceFrames += 1;
        this.presenceBytes += payload.length;
        return;
      default:
        this.#takeRare(frame[1] ?? 0, payload);
    }
  }

  #takeRare(code: number, payload: Buffer): void {
    const event = Object.entries(relayEvents).find(([, known]) => known === code)?.[0];
    const parsed = parseRelayMessage(event as keyof typeof relayEvents, new Uint8Array(payload));
    if (!parsed.ok) throw new Error(`${event}: ${parsed.reason}`);
    const { value } = parsed;
    if (value.event === 'hello') {
      this.#nonce = value.message.nonce;
      this.#greeted.give();
      if (this.#options.waits !== true) this.join();
    } else if (value.event === 'joined') {
      this.seq = value.message.from.seq;
      this.#mark = new Uint8Array(value.message.from.mark);
    } else if (value.event === 'live') {
      this.liveMs = performance.now();
      this.#ready.give();
    } else if (value.event === 'received') this.#received.set(value.message.ref, value.message.bytes);
    else if (value.event === 'refused') this.refusal = value.message.code;
  }

  #takeEntries(payload: Buffer): void {
    if (this.#onEdit === undefined && this.#options.keepsCursor !== true) return;
    eachEntry(payload, (seq, at, length) => {
      if (this.#onEdit !== undefined) readSealedEdit(payload, at, this.#onEdit);
      if (this.#options.keepsCursor === true && this.#mark !== undefined) {
        this.#mark = nextMark(sha256, this.#mark, payload.subarray(at, at + length));
      }
      this.seq = seq;
    });
  }

  #streamed(bytes: number): void {
    this.streamBytes += bytes;
    if (this.streamBytes - this.#confirmedBytes < limits.confirmBytes) return;
    this.#confirmedBytes = this.streamBytes;
    this.#send({ event: 'confirm', message: { bytes: this.streamBytes } });
  }
}
