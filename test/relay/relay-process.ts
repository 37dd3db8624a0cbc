import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDist } from '../../scripts/build.ts';
import { eventually } from './eventually.ts';

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The built relay as a process of its own. */
export class RelayProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #pid: number;
  readonly #ended: Promise<Exit>;
  readonly #output: () => string;

  private constructor(
    child: ChildProcess,
    pid: number,
    ended: Promise<Exit>,
    url: string,
    output: () => string,
  ) {
    this.#child = child;
    this.#pid = pid;
    this.#ended = ended;
    this.url = url;
    this.#output = output;
  }

  /** Starts `dist/relay/cli.js`, brought up to date, and waits until it listens. `wrapper` runs it, as `strace` does. */
  static async start(args: readonly string[], wrapper: readonly string[] = []): Promise<RelayProcess> {
    const { child, ended, output, ...ends } = await spawnRelay(args, wrapper);
    let line: RegExpExecArray | null = null;
    await eventually(
      'the relay listens',
      () => {
        if (ends.exit() !== undefined)
          throw new Error(`the relay ended: ${JSON.stringify(ends.exit())} ${output()}`);
        line = /^Inkroom relay listening on (\S+) \(data in .+\)$/mu.exec(output());
        return line !== null;
      },
      output,
    );
    const pid = child.pid ?? 0;
    return new RelayProcess(
      child,
      wrapper.length > 0 ? await childOf(pid) : pid,
      ended,
      line?.[1] ?? '',
      output,
    );
  }

  /** What it printed, on both streams. */
  get output(): string {
    return this.#output();
  }

  /** Signals the relay, not what wraps it, and waits until it has ended. */
  async end(signal: NodeJS.Signals): Promise<Exit> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) process.kill(this.#pid, signal);
    return await this.#ended;
  }
}

/** Runs the relay's command to its end, for command lines that do not listen. */
export async function runRelay(args: readonly string[]): Promise<Exit & { readonly output: string }> {
  const { ended, output } = await spawnRelay(args, []);
  return { ...(await ended), output: output() };
}

/** An empty folder and what removes it. */
export async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'inkroom-relay-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

async function spawnRelay(args: readonly string[], wrapper: readonly string[]) {
  await buildDist(['relay']);
  const [program = process.execPath, ...rest] = [...wrapper, process.execPath, 'dist/relay/cli.js', ...args];
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  let exit: Exit | undefined;
  const ended = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      exit = { code, signal };
      resolve(exit);
    });
  });
  return { child, ended, exit: () => exit, output: () => output };
}

/** The process that a wrapper runs. */
async function childOf(pid: number): Promise<number> {
  const { readFile } = await import('node:fs/promises');
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return Number(children.trim().split(' ')[0]);
}
