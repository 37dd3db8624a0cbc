import { execFileSync } from 'node:child_process';
import { statfsSync, writeFileSync } from 'node:fs';
import { mkdir, rm, statfs, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

/** A disk of its own size, in memory, with a folder for data and room for a foreign file. */
export class SmallDisk {
  readonly data: string;
  readonly #mounted: string;
  readonly #remove: () => Promise<void>;

  private constructor(mounted: string, remove: () => Promise<void>) {
    this.#mounted = mounted;
    this.#remove = remove;
    this.data = join(mounted, 'data');
  }

  /** Skips the test where no disk can be mounted. */
  static async mount(context: TestContext, bytes: number): Promise<SmallDisk> {
    const { path, remove } = await temporaryFolder();
    const mounted = join(path, 'disk');
    await mkdir(mounted);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', mounted], { stdio: 'pipe' });
    } catch (error) {
      await remove();
      const reason = error instanceof Error ? error.message.trim() : String(error);
      context.skip(`a small disk cannot be mounted here (needs Linux and root): ${reason}`);
    }
    return new SmallDisk(mounted, remove);
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#mounted);
    return bavail * bsize;
  }

  /** Another program fills the disk but for this many bytes. */
  async fillUpTo(leftBytes: number): Promise<void> {
    const foreign = join(this.#mounted, 'foreign');
    await writeFile(foreign, new Uint8Array(Math.max(0, (await this.freeBytes()) - leftBytes)));
  }

  /** The same, in the middle of what is under way. */
  fillAtOnce(leftBytes: number): void {
    const { bavail, bsize } = statfsSync(this.#mounted);
    writeFileSync(join(this.#mounted, 'foreign'), new Uint8Array(Math.max(0, bavail * bsize - leftBytes)));
  }

  /** The other program's file goes. */
  async clear(): Promise<void> {
    await truncate(join(this.#mounted, 'foreign'), 0);
    await rm(join(this.#mounted, 'foreign'));
  }

  async unmount(): Promise<void> {
    execFileSync('umount', ['-l', this.#mounted]);
    await this.#remove();
  }
}
