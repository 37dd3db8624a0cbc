import { io, type Socket } from 'socket.io-client';
import type { ClientMessage, Join } from '../../protocol/client-messages.ts';
import { encodeClientMessage } from '../../protocol/client-messages.ts';
import type { RelayEvent } from '../../protocol/events.ts';
import { relayEvents } from '../../protocol/events.ts';
import { frameParser } from '../../protocol/frame-parser.ts';
import type { Cursor, Role } from '../../protocol/ids.ts';
import type { Hello, Joined } from '../../protocol/joining-messages.ts';
import { limits } from '../../protocol/limits.ts';
import { nextMark } from '../../protocol/marks.ts';
import type { RelayMessage } from '../../protocol/relay-messages.ts';
import { parseRelayMessage } from '../../protocol/relay-messages.ts';
import { waitFor } from '../app/wait-for.ts';
import type { TestDocument } from './test-document.ts';
import { joinOf, sha256 } from './test-document.ts';

/** A client without any of the real client's care: sends what it is told, and keeps all it is sent. */
export class RawMember {
  readonly socket: Socket;
  readonly host: string;
  /** Everything received, in order. */
  readonly received: RelayMessage[] = [];
  /** The log as received since the last join, by seq. */
  readonly entries = new Map<number, Uint8Array>();
  /** Whether it confirms what it receives (rule S4). */
  confirms = true;
  #streamBytes = 0;
  #confirmedBytes = 0;
  #parts: Uint8Array[] = [];
  #closeReason: string | undefined;

  private constructor(url: string, transports: readonly string[], more: object = {}) {
    this.host = new URL(url).host;
    this.socket = io(url, {
      parser: frameParser,
      transports: [...transports],
      reconnection: false,
      forceNew: true,
      ...more,
    });
    for (const event of Object.keys(relayEvents)) {
      this.socket.on(event, (payload: Uint8Array) => this.#take(event as RelayEvent, payload));
    }
    this.socket.on('disconnect', (reason) => {
      this.#closeReason = reason;
    });
    this.socket.on('connect_error', (error) => {
      this.#closeReason = error.message;
    });
  }

  /** Connects and waits for `hello`. */
  static async connect(
    url: string,
    transports: readonly string[] = ['websocket'],
    more: object = {},
  ): Promise<RawMember> {
    const member = new RawMember(url, transports, more);
    await member.message('hello');
    return member;
  }

  /** Connects without waiting, for relays that do not greet. */
  static start(url: string, transports: readonly string[] = ['websocket']): RawMember {
    return new RawMember(url, transports);
  }

  /** Connects and joins. */
  static async join(
    url: string,
    document: TestDocument,
    changes: Partial<Join> & { role?: Role } = {},
  ): Promise<RawMember> {
    const member = await RawMember.connect(url);
    await member.join(document, changes);
    return member;
  }

  /** What the relay greeted with. */
  get hello(): Hello {
    const hello = this.last('hello');
    if (hello === undefined) throw new Error('no hello yet');
    return hello;
  }

  /** Why the connection ended, undefined while it is open. */
  get closeReason(): string | undefined {
    return this.#closeReason;
  }

  /** Sends a join and waits for `joined`. */
  async join(document: TestDocument, changes: Partial<Join> & { role?: Role } = {}): Promise<Joined> {
    const before = this.all('joined').length;
    this.sendJoin(document, changes);
    return await this.#until('joined', () => {
      const joined = this.all('joined');
      return joined.length > before && joined.at(-1);
    });
  }

  /** Sends a join and waits for nothing. */
  sendJoin(document: TestDocument, changes: Partial<Join> & { role?: Role } = {}): void {
    this.entries.clear();
    this.#streamBytes = 0;
    this.#confirmedBytes = 0;
    this.send({
      event: 'join',
      message: joinOf(document, { nonce: this.hello.nonce, host: this.host, ...changes }),
    });
  }

  send(sent: ClientMessage): void {
    this.socket.emit(sent.event, encodeClientMessage(sent));
  }

  append(ref: number, entry: Uint8Array): void {
    this.send({ event: 'append', message: { ref, entry } });
  }

  /** Appends and waits for the acknowledgement; gives the entry's seq. */
  async appended(ref: number, entry: Uint8Array): Promise<number> {
    this.append(ref, entry);
    return await this.ack(ref);
  }

  /** Waits for the acknowledgement of `ref` and gives the seq. */
  async ack(ref: number): Promise<number> {
    return await this.#until(`ack of ${ref}`, () => this.acks().get(ref));
  }

  /** Uploads an entry chunk by chunk, as the window allows, and waits until all of it is received. */
  async upload(ref: number, entry: Uint8Array): Promise<void> {
    for (let offset = 0; offset < entry.length; offset += limits.chunkBytes) {
      const chunk = entry.subarray(offset, offset + limits.chunkBytes);
      await this.#until(
        `window of upload ${ref}`,
        () => offset + chunk.length - this.uploadReceived(ref) <= limits.uploadWindowBytes,
      );
      this.send({ event: 'upload', message: { ref, kind: 'entry', total: entry.length, offset, chunk } });
    }
  }

  /** Bytes of the upload the relay has answered for. */
  uploadReceived(ref: number): number {
    return Math.max(
      0,
      ...this.all('received').map((received) => (received.ref === ref ? received.bytes : 0)),
    );
  }

  /** Waits until a message of this event has come, and gives the last one. */
  async message<Event extends RelayEvent>(event: Event): Promise<MessageOf<Event>> {
    const [message] = await this.#until(event, () => {
      const last = this.all(event).slice(-1);
      return last.length > 0 && last;
    });
    if (message === undefined) throw new Error(`${event}, then not`);
    return message;
  }

  /** Waits until the connection has ended. */
  async closed(): Promise<void> {
    await this.#until('close', () => this.#closeReason !== undefined);
  }

  /** Waits until it is live and has the log up to `seq`. */
  async liveWith(seq: number): Promise<void> {
    await this.#until(
      `live with ${seq} entries`,
      () => this.last('live') !== undefined && this.entries.size >= seq,
    );
  }

  /** Waits for a refusal and gives it. */
  async refusal(code: string): Promise<MessageOf<'refused'>> {
    return await this.#until(`refused ${code}`, () =>
      this.all('refused').find((refused) => refused.code === code),
    );
  }

  /** All messages of an event so far. */
  all<Event extends RelayEvent>(event: Event): MessageOf<Event>[] {
    return this.received
      .filter((each) => each.event === event)
      .map((each) => each.message as MessageOf<Event>);
  }

  last<Event extends RelayEvent>(event: Event): MessageOf<Event> | undefined {
    return this.all(event).at(-1);
  }

  /** Acknowledged refs and the seq of each. */
  acks(): Map<number, number> {
    return new Map(this.all('ack').flatMap(({ acks }) => acks.map(({ ref, seq }) => [ref, seq] as const)));
  }

  /** The cursor after the entries received, counted from a log's start. */
  cursor(from: Cursor): Cursor {
    let { seq, mark } = from;
    for (let entry = this.entries.get(seq + 1); entry !== undefined; entry = this.entries.get(seq + 1)) {
      seq += 1;
      mark = nextMark(sha256, mark, entry);
    }
    return { seq, mark };
  }

  close(): void {
    this.socket.disconnect();
  }

  /** What was last seen, for messages of failed waits. */
  describe(): string {
    const short = (_: string, value: unknown) =>
      value instanceof Uint8Array ? `${value.length} bytes` : value;
    const last = this.received
      .slice(-5)
      .map(({ event, message }) => `${event} ${JSON.stringify(message, short)?.slice(0, 200)}`);
    return `${this.received.length} messages, last ${last.join('; ')}; ${this.entries.size} entries; closed: ${this.#closeReason}`;
  }

  #until<Fact>(what: string, look: () => Fact | undefined | false): Promise<Fact> {
    return waitFor(what, look, { seen: () => this.describe() });
  }

  #take(event: RelayEvent, payload: Uint8Array): void {
    const bytes = new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength);
    const parsed = parseRelayMessage(event, bytes);
    if (!parsed.ok) throw new Error(`${event} does not parse: ${parsed.reason}`);
    const { value } = parsed;
    this.received.push(value);
    if (value.event === 'entries') {
      value.message.entries.forEach((entry, i) => {
        this.entries.set(value.message.firstSeq + i, entry);
      });
    } else if (value.event === 'part') {
      const { seq, total, offset, chunk } = value.message;
      if (offset === 0) this.#parts = [];
      this.#parts.push(chunk);
      if (offset + chunk.length === total) this.entries.set(seq, new Uint8Array(Buffer.concat(this.#parts)));
    } else if (value.event !== 'snapshot-part') {
      return;
    }
    this.#streamBytes += payload.length;
    if (this.confirms && this.#streamBytes - this.#confirmedBytes >= limits.confirmBytes) this.confirm();
  }

  /** Confirms everything received since the join. */
  confirm(): void {
    this.#confirmedBytes = this.#streamBytes;
    this.send({ event: 'confirm', message: { bytes: this.#streamBytes } });
  }
}

/** The message of an event. */
export type MessageOf<Event extends RelayEvent> = Extract<RelayMessage, { event: Event }>['message'];
