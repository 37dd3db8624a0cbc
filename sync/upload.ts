import type { ClientMessage } from '../protocol/client-messages.ts';
import { limits } from '../protocol/limits.ts';
import type { UploadProgress } from './status.ts';

/** How the outbox reaches the relay. */
export interface OutboxLink {
  /** Largest entry that the relay takes. */
  readonly entryBytes: number;
  append(ref: number, entry: Uint8Array): void;
  upload(ref: number, total: number, offset: number, chunk: Uint8Array): void;
}

/** An outbox's way to a relay that takes entries of at most `entryBytes`. */
export function outboxLink(entryBytes: number, send: (message: ClientMessage) => void): OutboxLink {
  return {
    entryBytes,
    append: (ref, entry) => send({ event: 'append', message: { ref, entry } }),
    upload: (ref, total, offset, chunk) =>
      send({ event: 'upload', message: { ref, kind: 'entry', total, offset, chunk } }),
  };
}

/** A large entry on its way in chunks (rules U1 and U2), with a bounded part of it unanswered. Sends from its start on. */
export class Upload {
  #sentBytes = 0;
  #receivedBytes = 0;

  constructor(
    readonly ref: number,
    private readonly bytes: Uint8Array,
    private readonly link: Pick<OutboxLink, 'upload'>,
    /** Bytes that may be unanswered. */
    private readonly windowBytes: number = limits.uploadWindowBytes,
  ) {
    this.#pump();
  }

  /** What the relay has confirmed. The whole is saved only when it is acknowledged. */
  get progress(): UploadProgress {
    return { sentBytes: this.#receivedBytes, totalBytes: this.bytes.length };
  }

  /** The relay has the first `bytes` of it. */
  received(bytes: number): void {
    this.#receivedBytes = Math.min(Math.max(bytes, this.#receivedBytes), this.#sentBytes);
    this.#pump();
  }

  #pump(): void {
    while (this.#sentBytes < this.bytes.length && this.#sentBytes - this.#receivedBytes < this.windowBytes) {
      const chunk = this.bytes.subarray(this.#sentBytes, this.#sentBytes + limits.chunkBytes);
      this.link.upload(this.ref, this.bytes.length, this.#sentBytes, chunk);
      this.#sentBytes += chunk.length;
    }
  }
}
