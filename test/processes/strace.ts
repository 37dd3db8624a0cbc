import { execFileSync } from 'node:child_process';
import type { TestContext } from 'vitest';

/** Why no process can be traced here, in a sentence; undefined where strace works. */
function straceProblem(): string | undefined {
  if (process.platform !== 'linux') return `strace is a program of Linux, and this is ${process.platform}`;
  try {
    execFileSync('strace', ['-f', '-o', '/dev/null', 'true'], { stdio: ['ignore', 'ignore', 'pipe'] });
    return undefined;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    return `strace cannot trace a process here (is it installed, and ptrace allowed?): ${said || String(error)}`;
  }
}

/** Skips a test that needs strace where there is none, and says why. In CI on Linux it fails instead: a proof must not vanish. */
export function needStrace({ skip }: TestContext): void {
  const problem = straceProblem();
  if (problem === undefined) return;
  if (process.env.CI && process.platform === 'linux') throw new Error(problem);
  skip(problem);
}
