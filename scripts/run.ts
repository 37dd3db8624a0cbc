import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { projectRoot } from './places.ts';

const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs a program as if it were this process: same terminal, signals passed on, and its exit code as the result.
 *  A program ended by a signal gives 128 plus the signal's number, as a shell does. */
export async function run(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<number> {
  const child = spawn(command, args, { cwd: projectRoot, stdio: 'inherit', ...options });
  const handlers = forwarded.map((signal) => [signal, () => void child.kill(signal)] as const);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  try {
    return await exitCode(child);
  } finally {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  }
}

/** What a program printed on standard output, or `undefined` if it could not be started or failed.
 *  Its standard error is dropped, so ask only questions whose failure is an answer. */
export async function ask(command: string, args: readonly string[]): Promise<string | undefined> {
  const child = spawn(command, args, { cwd: projectRoot, stdio: ['ignore', 'pipe', 'ignore'] });
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await exitCode(child).catch(() => -1);
  return code === 0 ? Buffer.concat(chunks).toString('utf8') : undefined;
}

function exitCode(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}

/** Ends this script with one sentence on standard error and no stack trace.
 *  For causes that a person can act on; anything unexpected should throw. */
export function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
