import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { RoomId } from '../protocol/ids.ts';
import { toHex } from '../protocol/ids.ts';
import { limits } from '../protocol/limits.ts';
import { exists, isLost, syncFolder } from './disk-paths.ts';
import type { EntryFile } from './entry-record.ts';
import type { NewEntry } from './log-store.ts';
import { StoreError } from './log-store.ts';
import type { SpoolMeans } from './spool-file.ts';
import { SpoolFile } from './spool-file.ts';

/** A file that was moved into place for an entry whose record may or may not have been committed. */
export interface Placement {
  readonly roomId: RoomId;
  readonly seq: number;
  /** Hex of the file's name. */
  readonly name: string;
}

/** What of an entry or a snapshot its placement takes. */
type Placed = Pick<NewEntry, 'roomId' | 'seq' | 'digest' | 'body'>;

/** A file in its place, and what its record says of it. */
interface PlacedFile {
  readonly placement: Placement;
  readonly file: EntryFile;
}

/** Which bytes of a file: from a multiple of `limits.chunkBytes` on, as many blocks as `maxBytes` holds, one by default. */
interface BlockRange {
  readonly roomId: RoomId;
  readonly seq: number;
  readonly file: EntryFile;
  readonly offset: number;
  readonly maxBytes?: number | undefined;
}

/** Kinds of files, by the folder they are placed in, and the end of the names of their notes. */
const noteEnds = { entries: 'placed', snapshots: 'snapshot' } as const;

/**
 * Large entries, or snapshots, as files: `spool/` holds what is being uploaded, `entries/<room>/` and `snapshots/<room>/`
 * what records refer to. A placement is noted in `spool/` before the move and until its record is committed, so that no
 * file is left over.
 */
export class LargeEntries {
  readonly #spoolFolder: string;
  readonly #entriesFolder: string;
  readonly #noteEnd: string;
  /** Where spools are, durably. */
  readonly #placed = new WeakMap<SpoolFile, PlacedFile>();
  /** All that was noted of a spool: where it is, where it was or would have been. */
  readonly #noted = new WeakMap<SpoolFile, readonly Placement[]>();
  /** Names of files that were noted and whose records nobody has begun to write. */
  readonly #unrecorded = new Set<string>();

  constructor(dataFolder: string, kind: keyof typeof noteEnds = 'entries') {
    this.#spoolFolder = join(dataFolder, 'spool');
    this.#entriesFolder = join(dataFolder, kind);
    this.#noteEnd = noteEnds[kind];
  }

  /** Makes the folders and deletes uploads that a crash left. Placements are left for `unsettled`. */
  async open(): Promise<void> {
    await mkdir(this.#spoolFolder, { recursive: true, mode: 0o700 });
    await mkdir(this.#entriesFolder, { recursive: true, mode: 0o700 });
    for (const file of await readdir(this.#spoolFolder)) {
      if (file.endsWith('.upload')) await rm(join(this.#spoolFolder, file), { force: true });
    }
  }

  /** A new spool. */
  async openSpool(means: SpoolMeans): Promise<SpoolFile> {
    return await SpoolFile.create(join(this.#spoolFolder, `${toHex(randomBytes(8))}.upload`), means);
  }

  /**
   * Moves a finished spool to where the entry's record will refer to it; durable when it resolves. It may be done before the write of
   * the record, and again where the entry gets another place, or where it failed. Until `take`, nothing but the spool's `discard`
   * removes it, with all notes of it.
   */
  async place({ roomId, seq, digest, body }: Placed): Promise<PlacedFile> {
    const spool = spoolOf(body);
    const before = this.#placed.get(spool);
    if (before?.placement.roomId === roomId && before.placement.seq === seq) return before;
    const name = new Uint8Array(randomBytes(8));
    const placement = { roomId, seq, name: toHex(name) };
    const { bytes: total, blockChecksums } = spool;
    const placed = { placement, file: { total, name, digest, blockChecksums } };
    this.#unrecorded.add(placement.name);
    const earlier = this.#noted.get(spool) ?? [];
    this.#noted.set(spool, [...earlier, placement]);
    spool.noted(() => this.#unplace(this.#noted.get(spool) ?? []));
    this.#placed.delete(spool);
    await this.#move(spool, placement);
    this.#placed.set(spool, placed);
    await this.#unplace(earlier);
    this.#noted.set(spool, [placement]);
    return placed;
  }

  /** Places a spool whose record is written next: whether it stays is for the record to say. Throws where its file is gone. */
  async take(entry: Placed): Promise<PlacedFile> {
    const placed = await this.place(entry);
    const { placement } = placed;
    if (!(await exists(this.#pathOf(placement))))
      throw new StoreError('store-failed', `The file of an entry of room ${placement.roomId} is gone.`);
    spoolOf(entry.body).taken();
    this.#unrecorded.delete(placement.name);
    return placed;
  }

  /** Notes that a record is about to come or to go with this file; `settle` ends it. */
  async note(placement: Placement): Promise<void> {
    await writeFile(this.#noteOf(placement), '');
  }

  /** Ends a placement: its record is committed (`kept`), or its file goes. */
  async settle(placement: Placement, kept: boolean): Promise<void> {
    if (!kept) await rm(this.#pathOf(placement), { force: true });
    await rm(this.#noteOf(placement), { force: true });
  }

  async #move(spool: SpoolFile, placement: Placement): Promise<void> {
    const roomFolder = join(this.#entriesFolder, placement.roomId);
    await this.note(placement);
    if ((await mkdir(roomFolder, { recursive: true, mode: 0o700 })) !== undefined)
      await syncFolder(this.#entriesFolder);
    await rename(spool.path, this.#pathOf(placement));
    spool.moved(this.#pathOf(placement));
    await syncFolder(roomFolder);
  }

  async #unplace(placements: readonly Placement[]): Promise<void> {
    for (const placement of placements) {
      await this.settle(placement, false);
      this.#unrecorded.delete(placement.name);
    }
  }

  /** Placements that were not settled: those of a crash or a failed write, not those whose record is still to be written. */
  async unsettled(): Promise<Placement[]> {
    const placements: Placement[] = [];
    for (const file of await readdir(this.#spoolFolder)) {
      const [, roomId, seq, name, end] = /^([0-9a-f]{32})-(\d+)-([0-9a-f]{16})\.(\w+)$/u.exec(file) ?? [];
      if (roomId === undefined || seq === undefined || name === undefined || end !== this.#noteEnd) continue;
      if (this.#unrecorded.has(name)) continue;
      placements.push({ roomId: roomId as RoomId, seq: Number(seq), name });
    }
    return placements;
  }

  /**
   * The blocks at `offset` that `maxBytes` holds, checked: those before the first that is not what was written. Throws
   * `damaged` where there is none.
   */
  async readBlocks({
    roomId,
    seq,
    file,
    offset,
    maxBytes = limits.chunkBytes,
  }: BlockRange): Promise<Uint8Array> {
    const path = this.#pathOf({ roomId, seq, name: toHex(file.name) });
    const memory = Buffer.allocUnsafeSlow(Math.min(maxBytes, file.total - offset));
    const blocks = new Uint8Array(memory.buffer, memory.byteOffset, memory.length);
    try {
      const handle = await open(path, 'r');
      try {
        const { bytesRead } = await handle.read(blocks, 0, blocks.length, offset);
        const good = goodBytes(blocks.subarray(0, bytesRead), file, offset);
        if (good > 0) return blocks.subarray(0, good);
      } finally {
        await handle.close();
      }
    } catch (error) {
      // Anything else, such as too many open files, says nothing about this one.
      if (!isLost(error)) throw error;
    }
    throw new StoreError(
      'damaged',
      `The file of entry ${seq} of room ${roomId} is damaged at byte ${offset}.`,
    );
  }

  /** All blocks of a file, checked like one. */
  async *blocks(roomId: RoomId, seq: number, file: EntryFile): AsyncIterable<Uint8Array> {
    for (let at = 0; at < file.total; at += limits.chunkBytes)
      yield await this.readBlocks({ roomId, seq, file, offset: at });
  }

  /** Files that are there for entries of a room, by seq. */
  async pathsOf(roomId: RoomId): Promise<ReadonlyMap<number, string>> {
    const folder = join(this.#entriesFolder, roomId);
    const names = await readdir(folder).catch((error: unknown) => {
      if (isLost(error)) return [];
      throw error;
    });
    return new Map(names.map((name) => [Number.parseInt(name, 10), join(folder, name)]));
  }

  #pathOf({ roomId, seq, name }: Placement): string {
    return join(this.#entriesFolder, roomId, `${seq}-${name}`);
  }

  #noteOf({ roomId, seq, name }: Placement): string {
    return join(this.#spoolFolder, `${roomId}-${seq}-${name}.${this.#noteEnd}`);
  }
}

function spoolOf(body: Placed['body']): SpoolFile {
  const spool = body.type === 'spooled' ? body.spool : undefined;
  if (!(spool instanceof SpoolFile)) throw new Error('not a spool of this store');
  return spool;
}

/** Bytes of the blocks before the first that is not whole and as it was written. */
function goodBytes(read: Uint8Array, file: EntryFile, offset: number): number {
  let good = 0;
  while (good < read.length) {
    const block = read.subarray(good, good + limits.chunkBytes);
    const at = offset + good;
    const isWhole = block.length === Math.min(limits.chunkBytes, file.total - at);
    if (!isWhole || crc32(block) !== file.blockChecksums[at / limits.chunkBytes]) break;
    good += block.length;
  }
  return good;
}
