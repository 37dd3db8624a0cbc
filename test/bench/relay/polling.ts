import { Agent, type IncomingMessage, request } from 'node:http';
import { benchHost } from './web-socket.ts';

/** What a connection is opened with; as for a WebSocket. */
interface PollingOptions {
  readonly port: number;
  readonly sipBytes?: number | undefined;
  readonly onText: (text: string) => void;
  readonly onBinary: (frame: Buffer) => void;
}

const separator = '\x1e';
const defaultReadBytes = 64 * 1024;

/** Engine.io over HTTP: polls as soon as the last answer is read, sends one POST at a time. */
export class PollingClient {
  bytes = 0;
  frames = 0;
  closed = false;
  readonly #options: PollingOptions;
  readonly #agent = new Agent({ keepAlive: true });
  #sid = '';
  #toSend: string[] = [];
  #sending = false;
  #sipping = false;
  #response: IncomingMessage | undefined;
  #body: Buffer[] = [];
  /** A poll that is due and waits for the next sip. */
  #pollDue = false;

  constructor(options: PollingOptions) {
    this.#options = options;
    this.#poll();
  }

  get sipping(): boolean {
    return this.#sipping;
  }

  set sipping(sipping: boolean) {
    this.#sipping = sipping;
    if (!sipping) this.sip();
  }

  /** Reads once more. */
  sip(): void {
    if (this.#pollDue) this.#poll();
    else this.#read();
  }

  sendText(text: string): void {
    this.#send(text);
  }

  sendBinary(frame: Uint8Array): void {
    this.#send(`b${Buffer.from(frame).toString('base64')}`);
  }

  close(): void {
    this.closed = true;
    this.#agent.destroy();
  }

  #path(): string {
    return `/socket.io/?EIO=4&transport=polling${this.#sid === '' ? '' : `&sid=${this.#sid}`}`;
  }

  #poll(): void {
    this.#pollDue = false;
    const { port } = this.#options;
    const poll = request({ host: benchHost, port, path: this.#path(), agent: this.#agent });
    poll.on('error', () => this.close());
    poll.on('response', (response) => {
      this.#response = response;
      this.#body = [];
      response.on('readable', () => {
        if (!this.#sipping) this.#read();
      });
      response.on('end', () => this.#polled(response));
      response.on('error', () => this.close());
    });
    poll.end();
  }

  #read(): void {
    const { sipBytes = defaultReadBytes } = this.#options;
    for (;;) {
      const available = this.#response?.readableLength ?? 0;
      const chunk: unknown = this.#response?.read(Math.min(sipBytes, available) || undefined);
      if (!Buffer.isBuffer(chunk)) return;
      this.bytes += chunk.length;
      this.#body.push(chunk);
      if (this.#sipping) return;
    }
  }

  #polled(response: IncomingMessage): void {
    this.#response = undefined;
    if (response.statusCode !== 200) {
      this.close();
      return;
    }
    for (const record of Buffer.concat(this.#body).toString('utf8').split(separator)) {
      this.frames += 1;
      if (record.startsWith('b')) this.#options.onBinary(Buffer.from(record.slice(1), 'base64'));
      else this.#takeText(record);
    }
    if (this.closed) return;
    if (this.#sipping) this.#pollDue = true;
    else this.#poll();
  }

  #takeText(text: string): void {
    const sid = /"sid":"([^"]+)"/u.exec(text)?.[1];
    if (text.startsWith('0{') && sid !== undefined) this.#sid = sid;
    if (text === '1') this.close();
    this.#options.onText(text);
  }

  #send(record: string): void {
    this.#toSend.push(record);
    if (!this.#sending && !this.closed) this.#post();
  }

  #post(): void {
    this.#sending = true;
    const body = this.#toSend.splice(0).join(separator);
    const { port } = this.#options;
    const headers = { 'Content-Type': 'text/plain;charset=UTF-8', 'Content-Length': Buffer.byteLength(body) };
    const post = request({
      host: benchHost,
      port,
      path: this.#path(),
      method: 'POST',
      headers,
      agent: this.#agent,
    });
    post.on('error', () => this.close());
    post.on('response', (response) => {
      response.resume();
      response.on('end', () => {
        this.#sending = false;
        if (this.#toSend.length > 0 && !this.closed) this.#post();
      });
    });
    post.end(body);
  }
}
