import { createHash } from 'node:crypto';
import type { LogStore, Spool } from './log-store.ts';
import { StoreError } from './log-store.ts';

/** What becomes of an upload, told to its connection. Nothing is told after `discard`. */
export interface UploadEvents {
  /** Bytes of the upload that are in the spool (rule U2). */
  received(bytes: number): void;
  /** All of it is on disk as a file, and is the caller's to append. `digest` is the SHA-256 of the whole. */
  complete(spool: Spool, digest: Uint8Array): void;
  failed(error: StoreError): void;
}

/** One large entry or snapshot that arrives in chunks (rules U1 and U2): written in order, answered when written. */
export class Upload {
  readonly ref: number;
  readonly total: number;
  readonly #windowBytes: number;
  readonly #events: UploadEvents;
  readonly #spool: Promise<Spool>;
  readonly #hash = createHash('sha256');
  #announced = 0;
  #answered = 0;
  #over = false;
  #work: Promise<void>;

  /** Of its bytes `windowBytes` may be unanswered. It is spooled when its `turn` has come. */
  constructor(options: {
    store: LogStore;
    turn: Promise<void>;
    ref: number;
    total: number;
    windowBytes: number;
    events: UploadEvents;
  }) {
    this.ref = options.ref;
    this.total = options.total;
    this.#windowBytes = options.windowBytes;
    this.#events = options.events;
    this.#spool = options.turn.then(() => options.store.openSpool());
    this.#work = this.#spool.then(() => {}).catch((error: unknown) => this.#fail(error));
  }

  /** Whether every chunk has come; the last may still be on its way to disk. */
  get allSent(): boolean {
    return this.#announced === this.total;
  }

  /** Takes the next chunk, or says what is wrong with it. The bytes are held until they are written. */
  add(offset: number, chunk: Uint8Array): 'taken' | 'out-of-order' | 'over-window' {
    if (offset !== this.#announced) return 'out-of-order';
    if (offset + chunk.length - this.#answered > this.#windowBytes) return 'over-window';
    this.#announced += chunk.length;
    this.#work = this.#work.then(() => this.#write(chunk)).catch((error: unknown) => this.#fail(error));
    return 'taken';
  }

  /** Forgets what came so far. Does nothing once the upload is complete or has failed. */
  discard(): void {
    if (this.#over) return;
    this.#over = true;
    this.#work = this.#work.then(() => this.#dropSpool());
  }

  async #write(chunk: Uint8Array): Promise<void> {
    if (this.#over) return;
    const spool = await this.#spool;
    await spool.write(chunk);
    this.#hash.update(chunk);
    this.#answered += chunk.length;
    if (this.#over) return;
    this.#events.received(this.#answered);
    if (this.#answered < this.total) return;
    await spool.finish();
    if (this.#over) return;
    this.#over = true;
    this.#events.complete(spool, new Uint8Array(this.#hash.digest()));
  }

  async #fail(error: unknown): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#events.failed(
      error instanceof StoreError
        ? error
        : new StoreError('store-failed', 'The relay could not spool an upload.', error),
    );
    await this.#dropSpool();
  }

  async #dropSpool(): Promise<void> {
    try {
      await (await this.#spool).discard();
    } catch {
      // What is left of it goes at the next start of the relay.
    }
  }
}
