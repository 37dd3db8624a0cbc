import { existsSync, readdirSync } from 'node:fs';
import { cp, mkdtemp, open, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LevelLogStore } from '../../relay-server/log-store-leveldb.ts';
import type { DocumentKeys } from '../../sync/keys.ts';
import type { Random } from '../fuzz/random.ts';
import { freePort, type RelayProcess, startRelay } from '../processes/relay-process.ts';
import { readStoredDocument, type StoredDocument } from '../processes/stored-document.ts';
import type { ChaosPrograms } from './programs.ts';
import { SmallDisk } from './small-disk.ts';

/** The relay of a plan, as a process on one port, and everything that may happen to it and to its disk. */
export class ChaosRelay {
  /** Why its disk cannot be filled; undefined where it can. */
  readonly noSmallDisk: string | undefined;
  isPollingOnly = false;
  isStopped = false;
  #process: RelayProcess | undefined;
  #saved: string | undefined;
  #isFull = false;

  private constructor(
    private readonly folder: string,
    readonly port: number,
    private readonly programs: ChaosPrograms,
    private readonly disk: SmallDisk | string,
    private readonly args: readonly string[],
    private readonly onProblem: (problem: string) => void,
  ) {
    this.noSmallDisk = typeof disk === 'string' ? disk : undefined;
  }

  /** A relay on a folder; its disk is small where `canFill` is asked for and the system permits it. */
  static async in(
    folder: string,
    options: {
      readonly programs: ChaosPrograms;
      readonly canFill: boolean;
      readonly args: readonly string[];
      readonly onProblem: (problem: string) => void;
    },
  ): Promise<ChaosRelay> {
    const disk = options.canFill ? await SmallDisk.mount(join(folder, 'disk')) : 'not asked for';
    return new ChaosRelay(folder, await freePort(), options.programs, disk, options.args, options.onProblem);
  }

  /** What the relay that runs now has printed. */
  get output(): string {
    return this.#process?.output() ?? '';
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  get #data(): string {
    return join(this.folder, 'disk', 'data');
  }

  get #clockFile(): string {
    return join(this.folder, 'relay-clock');
  }

  /** Whether something is on its way into a file of its own: a snapshot or a large entry. */
  isReceiving(): boolean {
    const spool = join(this.#data, 'spool');
    return existsSync(spool) && readdirSync(spool).some((name) => name.endsWith('.upload'));
  }

  async start(): Promise<void> {
    if (this.#process !== undefined) return;
    try {
      this.#process = await startRelay({
        data: this.#data,
        port: this.port,
        args: ['--exit-with-parent', ...this.args, ...(this.isPollingOnly ? ['--polling-only'] : [])],
        nodeArgs: ['--import', this.programs.shiftingClock],
        env: { CHAOS_CLOCK_FILE: this.#clockFile },
      });
    } catch (error) {
      // On a full disk a relay need not start; it has to when there is room again.
      if (!this.#isFull) throw error;
    }
  }

  /** SIGKILL, and waits until it is gone. */
  async kill(): Promise<void> {
    const ending = this.#process;
    this.#process = undefined;
    this.isStopped = false;
    const exit = ending?.exit();
    if (exit !== undefined)
      this.onProblem(`the relay ended by itself: ${JSON.stringify(exit)} ${ending?.output()}`);
    await ending?.kill('SIGKILL');
  }

  stop(): void {
    this.#process?.signal('SIGSTOP');
    this.isStopped = this.#process !== undefined;
  }

  goOn(): void {
    if (this.isStopped) this.#process?.signal('SIGCONT');
    this.isStopped = false;
  }

  async jumpClock(shiftMs: number): Promise<void> {
    await writeFile(this.#clockFile, String(shiftMs));
  }

  async fill(leftBytes: number): Promise<void> {
    if (typeof this.disk === 'string') return;
    this.#isFull = true;
    await this.disk.fill(leftBytes);
  }

  async free(): Promise<void> {
    if (typeof this.disk === 'string') return;
    this.#isFull = false;
    await this.disk.free();
  }

  /** Copies its data as they are at one moment. */
  async save(): Promise<void> {
    const copy = await this.#copy();
    if (this.#saved !== undefined) await rm(this.#saved, { recursive: true, force: true });
    this.#saved = copy;
  }

  /** Puts the copy in place of the data of the relay, which has been killed. False where there is none. */
  async restore(): Promise<boolean> {
    if (this.#saved === undefined) return false;
    await this.wipe();
    await cp(this.#saved, this.#data, { recursive: true });
    return true;
  }

  /** Removes the data of the relay, which has been killed. */
  async wipe(): Promise<void> {
    await rm(this.#data, { recursive: true, force: true });
  }

  /** Takes or changes up to `bytes` at the end of the file that LevelDB wrote to last. The number that there were. */
  async tear(bytes: number, how: 'cut' | 'change', random: Random): Promise<number> {
    const last = (await this.#storeFiles()).findLast(({ path }) => path.endsWith('.log'));
    if (last === undefined) return 0;
    const torn = Math.min(last.size, bytes);
    if (how === 'cut') await truncate(last.path, last.size - torn);
    else await scribble(last.path, last.size - torn, torn, random);
    return torn;
  }

  /** Changes up to `bytes` somewhere in any file of the store, LevelDB's index included. False where all are empty. */
  async damage(bytes: number, random: Random): Promise<boolean> {
    const files = (await this.#storeFiles()).filter(({ size }) => size > 0);
    if (files.length === 0) return false;
    const { path, size } = random.pick(files);
    const at = random.below(size);
    await scribble(path, at, Math.min(bytes, size - at), random);
    return true;
  }

  /** What its disk holds of a document, at one moment. */
  async stored(keys: DocumentKeys): Promise<StoredDocument> {
    const copy = await this.#copy();
    try {
      const store = await LevelLogStore.open({ folder: copy, floorBytes: 0 });
      try {
        return await readStoredDocument(store, keys);
      } finally {
        await store.close();
      }
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  }

  /** Ends it and its disk; the folder is the caller's. */
  async close(): Promise<void> {
    await this.kill();
    if (typeof this.disk !== 'string') await this.disk.unmount();
  }

  /** Files that the store reads again, those of LevelDB in the order of their making. */
  async #storeFiles(): Promise<readonly { path: string; size: number }[]> {
    const entries = await readdir(this.#data, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile() && !/^LOG|^LOCK$|^reserve$|\.upload$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !path.includes('quarantine'))
      .sort();
    return await Promise.all(paths.map(async (path) => ({ path, size: (await stat(path)).size })));
  }

  async #copy(): Promise<string> {
    const copy = await mkdtemp(join(this.folder, 'copy-'));
    const wasStopped = this.isStopped;
    this.stop();
    try {
      await cp(this.#data, copy, { recursive: true, filter: isWorthCopying });
    } finally {
      if (!wasStopped) this.goOn();
    }
    return copy;
  }
}

async function scribble(path: string, at: number, bytes: number, random: Random): Promise<void> {
  const handle = await open(path, 'r+');
  const junk = Uint8Array.from({ length: bytes }, () => random.below(256));
  await handle.write(junk, 0, bytes, at);
  await handle.close();
}

/** All but the space that a relay keeps for a full disk. */
function isWorthCopying(path: string): boolean {
  return basename(path) !== 'reserve';
}
