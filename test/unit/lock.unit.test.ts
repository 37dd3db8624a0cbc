import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLock } from '../../scripts/lock.ts';

let home = '';
let lock = '';

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'lock-'));
  lock = join(home, 'lock');
});

afterEach(() => rm(home, { recursive: true, force: true }));

/** A process that has ended, so nobody has its id now. */
function deadPid(): string {
  return execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }).trim();
}

async function heldBy(pid: string): Promise<void> {
  await mkdir(lock);
  await writeFile(join(lock, 'pid'), pid);
}

test('those who want a lock at once take turns', async () => {
  let inside = 0;
  let most = 0;
  const turn = () =>
    withLock(lock, async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    });
  await Promise.all([turn(), turn(), turn()]);
  expect(most).toBe(1);
  expect(existsSync(lock)).toBe(false);
});

test('the lock of a process that died is taken over', async () => {
  await heldBy(deadPid());
  expect(await withLock(lock, async () => 'done', 5000)).toBe('done');
});

test('the lock of a living process is waited for, and its owner named when time is up', async () => {
  const owner = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  try {
    await heldBy(String(owner.pid));
    await expect(withLock(lock, async () => 'done', 300)).rejects.toThrow(`held by process ${owner.pid}`);
  } finally {
    owner.kill();
  }
});

test('a lock is given back when its work fails', async () => {
  await expect(withLock(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(existsSync(lock)).toBe(false);
});
