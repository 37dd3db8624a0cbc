import { execFile } from 'node:child_process';
import { mkdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Room for the relay's free-space floor (64 MiB) and for what a plan writes. Memory is used only as far as it is filled. */
const sizeMiB = 112;
const filler = 'filler';
const mostTries = 5;

/** A small file system in memory, of its own, that can be filled. Linux, and only where mounting is permitted. */
export class SmallDisk {
  private constructor(readonly folder: string) {}

  /** Mounts one on a folder; gives a sentence instead where that is not possible. */
  static async mount(folder: string): Promise<SmallDisk | string> {
    if (process.platform !== 'linux')
      return `a small disk is a tmpfs of Linux, and this is ${process.platform}`;
    await mkdir(folder, { recursive: true });
    try {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'tmpfs', folder]);
      return new SmallDisk(folder);
    } catch (error) {
      return `no tmpfs can be mounted here: ${error instanceof Error ? error.message.trim() : String(error)}`;
    }
  }

  /** Leaves this many bytes free. Whoever writes at the same time may take them first: then it looks again. */
  async fill(leftBytes: number): Promise<void> {
    for (let tries = 1; ; tries++) {
      const { bavail, bsize } = await statfs(this.folder);
      const bytes = bavail * bsize - leftBytes;
      if (bytes <= 0) return;
      try {
        await run('fallocate', ['-l', String(bytes), join(this.folder, filler)]);
        return;
      } catch (error) {
        if (tries === mostTries) throw error;
      }
    }
  }

  async free(): Promise<void> {
    await rm(join(this.folder, filler), { force: true });
  }

  async unmount(): Promise<void> {
    await run('umount', [this.folder]);
  }
}
