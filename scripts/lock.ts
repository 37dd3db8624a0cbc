import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';

const pollMs = 100;
/** A lock folder without an owner's name is one whose owner died between two system calls. */
const namelessMs = 5000;

/** Runs `work` while no other process on this machine runs under the same lock folder.
 *  The lock of a process that has died is taken over; past `deadlineMs` it throws and names the owner. */
export async function withLock<Result>(
  folder: string,
  work: () => Promise<Result>,
  deadlineMs = 600_000,
): Promise<Result> {
  const giveUpAt = Date.now() + deadlineMs;
  await mkdir(dirname(folder), { recursive: true });
  while (!(await take(folder))) {
    const owner = await ownerOf(folder);
    if (owner.gone) {
      await removeStale(folder, owner.name);
      continue;
    }
    if (Date.now() > giveUpAt)
      throw new Error(`${folder} is held by process ${owner.name}; is it still at work?`);
    await after(pollMs);
  }
  try {
    return await work();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function take(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
  await writeFile(join(folder, 'pid'), String(process.pid));
  return true;
}

/** Moves the dead owner's folder aside before removing it: whoever else saw the same dead owner may have
 *  removed it and taken the lock meanwhile, and a living lock is put back. */
async function removeStale(folder: string, deadOwner: string): Promise<void> {
  const aside = `${folder}.${process.pid}.stale`;
  try {
    await rename(folder, aside);
  } catch {
    return;
  }
  if ((await ownerOf(aside)).name !== deadOwner) await rename(aside, folder).catch(() => undefined);
  await rm(aside, { recursive: true, force: true });
}

async function ownerOf(folder: string): Promise<{ name: string; gone: boolean }> {
  const pid = Number(await readFile(join(folder, 'pid'), 'utf8').catch(() => ''));
  if (pid > 0) return { name: String(pid), gone: !isAlive(pid) };
  const made = await stat(folder).catch(() => undefined);
  return { name: 'unknown', gone: made !== undefined && Date.now() - made.mtimeMs > namelessMs };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
