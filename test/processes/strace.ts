import { execFileSync } from 'node:child_process';
import type { TestContext } from 'vitest';
import { skipWithout } from './missing-program.ts';

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

/** Skips a test that needs strace where there is none. */
export function needStrace(context: TestContext): void {
  const problem = straceProblem();
  if (problem !== undefined) skipWithout(context, problem);
}
