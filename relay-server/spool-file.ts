import type { FileHandle } from 'node:fs/promises';
import { open, rm } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { limits } from '../protocol/limits.ts';
import type { Spool } from './log-store.ts';

/** A spool in a file of its own, which the store moves into place when an entry takes it. */
export class SpoolFile implements Spool {
  readonly path: string;
  readonly #checkSpace: () => Promise<void>;
  readonly #blockChecksums: number[] = [];
  #handle: FileHandle | undefined;
  #bytes = 0;
  #taken = false;

  private constructor(path: string, handle: FileHandle, checkSpace: () => Promise<void>) {
    this.path = path;
    this.#handle = handle;
    this.#checkSpace = checkSpace;
  }

  /** Makes the file. `checkSpace` throws when the disk is at its floor. */
  static async create(path: string, checkSpace: () => Promise<void>): Promise<SpoolFile> {
    await checkSpace();
    return new SpoolFile(path, await open(path, 'wx', 0o600), checkSpace);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** CRC-32 of each block of `limits.chunkBytes`. */
  get blockChecksums(): readonly number[] {
    return this.#blockChecksums;
  }

  async write(chunk: Uint8Array): Promise<void> {
    await this.#checkSpace();
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
    await this.#handle?.sync();
    await this.#closeHandle();
  }

  async *blocks(): AsyncIterable<Uint8Array> {
    const handle = await open(this.path, 'r');
    try {
      const block = new Uint8Array(limits.chunkBytes);
      for (let at = 0; at < this.#bytes; ) {
        const { bytesRead } = await handle.read(block, 0, block.length, at);
        if (bytesRead === 0) throw new Error(`${this.path} is shorter than what was written`);
        yield block.subarray(0, bytesRead);
        at += bytesRead;
      }
    } finally {
      await handle.close();
    }
  }

  async discard(): Promise<void> {
    await this.#closeHandle();
    if (!this.#taken) await rm(this.path, { force: true });
  }

  /** An entry refers to the file from now on, under another name. */
  taken(): void {
    this.#taken = true;
  }

  async #closeHandle(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}
