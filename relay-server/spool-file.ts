import type { FileHandle } from 'node:fs/promises';
import { open, rm } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { limits } from '../protocol/limits.ts';
import type { Spool } from './log-store.ts';
import type { SyncTurns } from './sync-turns.ts';

/** How a spool uses the disk. Tests pass `remove` to make it fail. */
export interface SpoolMeans {
  /** Throws when the disk is at its floor. */
  readonly checkSpace: () => Promise<void>;
  readonly remove?: ((path: string) => Promise<void>) | undefined;
  /** When files are put on disk. */
  readonly syncs: SyncTurns;
  /** A line for the operator. */
  readonly warn?: ((line: string) => void) | undefined;
}

/** A spool in a file of its own, which the store moves into place when an entry takes it. */
export class SpoolFile implements Spool {
  #path: string;
  readonly #means: SpoolMeans;
  readonly #blockChecksums: number[] = [];
  #handle: FileHandle | undefined;
  #bytes = 0;
  #taken = false;
  /** Ends all that was noted of the file. */
  #endNotes: () => Promise<void> = async () => {};

  private constructor(path: string, handle: FileHandle, means: SpoolMeans) {
    this.#path = path;
    this.#handle = handle;
    this.#means = means;
  }

  /** Makes the file. */
  static async create(path: string, means: SpoolMeans): Promise<SpoolFile> {
    await means.checkSpace();
    return new SpoolFile(path, await open(path, 'wx', 0o600), means);
  }

  /** Where the file is. */
  get path(): string {
    return this.#path;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** CRC-32 of each block of `limits.chunkBytes`. */
  get blockChecksums(): readonly number[] {
    return this.#blockChecksums;
  }

  async write(chunk: Uint8Array): Promise<void> {
    await this.#means.checkSpace();
    if (this.#handle === undefined) throw new Error('the spool is finished');
    await this.#handle.writeFile(chunk);
    for (let at = 0; at < chunk.length; ) {
      const block = Math.floor(this.#bytes / limits.chunkBytes);
      const part = chunk.subarray(at, at + (block + 1) * limits.chunkBytes - this.#bytes);
      this.#blockChecksums[block] = crc32(part, this.#blockChecksums[block] ?? 0);
      this.#bytes += part.length;
      at += part.length;
    }
  }

  async finish(): Promise<void> {
    await this.#means.syncs.take(async () => this.#handle?.sync());
    await this.#closeHandle();
  }

  async *blocks(): AsyncIterable<Uint8Array> {
    const handle = await open(this.#path, 'r');
    try {
      const block = new Uint8Array(limits.chunkBytes);
      for (let at = 0; at < this.#bytes; ) {
        const { bytesRead } = await handle.read(block, 0, block.length, at);
        if (bytesRead === 0) throw new Error(`${this.#path} is shorter than what was written`);
        yield block.subarray(0, bytesRead);
        at += bytesRead;
      }
    } finally {
      await handle.close();
    }
  }

  async discard(): Promise<void> {
    const { remove = (path) => rm(path, { force: true }), warn } = this.#means;
    try {
      await this.#closeHandle();
      if (this.#taken) return;
      await remove(this.#path);
      await this.#endNotes();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      warn?.(`${this.#path} is left until the next start of the relay: ${reason}`);
    }
  }

  /** The file is about to be moved, and that is noted; `endNotes` is called after the file was removed. */
  noted(endNotes: () => Promise<void>): void {
    this.#endNotes = endNotes;
  }

  /** The file has another name from now on. */
  moved(path: string): void {
    this.#path = path;
  }

  /** An entry may refer to the file from now on. */
  taken(): void {
    this.#taken = true;
  }

  async #closeHandle(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}
