import { appendFile, mkdir, open, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { RoomId } from '../protocol/ids.ts';
import { syncFolder } from './disk-paths.ts';
import { sha256 } from './entry-hash.ts';

/**
 * Damaged bytes, kept for a person: `quarantine/<room>/` has the records and files of entries that could not be read any
 * more, `quarantine/damage.log` a line for each with time and reason. The relay never reads any of it.
 */
export class Quarantine {
  readonly #folder: string;
  readonly #nowMs: () => number;

  constructor(dataFolder: string, nowMs: () => number) {
    this.#folder = join(dataFolder, 'quarantine');
    this.#nowMs = nowMs;
  }

  /** Keeps a record's bytes and takes a file out of the store, each if there is one; on disk when it resolves. */
  async keep(
    roomId: RoomId,
    what: { readonly record?: Uint8Array | undefined; readonly path?: string | undefined },
    seq: number,
    reason: string,
  ): Promise<void> {
    if (what.record !== undefined) await this.#keepRecord(roomId, seq, what.record);
    if (what.path !== undefined) await this.#moveFile(roomId, what.path);
    await this.#note(roomId, reason);
  }

  async #keepRecord(roomId: RoomId, seq: number, record: Uint8Array): Promise<void> {
    const folder = await this.#folderOf(roomId);
    const digest = Buffer.from(sha256(record)).toString('hex').slice(0, 16);
    const handle = await open(join(folder, `${seq}-${digest}.record`), 'w', 0o600);
    try {
      await handle.writeFile(record);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await syncFolder(folder);
  }

  async #moveFile(roomId: RoomId, path: string): Promise<void> {
    const folder = await this.#folderOf(roomId);
    await rename(path, join(folder, basename(path)));
    await syncFolder(folder);
  }

  async #note(roomId: RoomId, what: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const time = new Date(this.#nowMs()).toISOString();
    await appendFile(join(this.#folder, 'damage.log'), `${time} room ${roomId}: ${what}\n`, { mode: 0o600 });
  }

  async #folderOf(roomId: RoomId): Promise<string> {
    const folder = join(this.#folder, roomId);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  }
}
