import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../app/wait-for.ts';

/** How a relay is started for a test. */
export interface RelayProcessOptions {
  /** Data folder; the caller's to remove. */
  readonly data: string;
  /** 0 or nothing for any free port; the same one to restart a relay under its address. */
  readonly port?: number;
  readonly args?: readonly string[];
  /** Another program than the relay of `dist/`, such as an installed one. */
  readonly program?: string;
  /** A command in front of node, such as strace and its options. */
  readonly under?: readonly string[];
  /** Options of node itself, and what its environment has beside this one's. */
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A real relay in a process of its own. */
export interface RelayProcess {
  readonly url: string;
  readonly port: number;
  /** The relay's own pid, also where it runs under another command. */
  readonly pid: number;
  /** What it printed so far, on both streams. */
  output(): string;
  /** How it ended; undefined while it runs. */
  exit(): Exit | undefined;
  /** Sends a signal that ends it and waits until it is gone; does nothing more to one that has ended. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<Exit>;
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGHUP'): void;
}

const relayProgram = fileURLToPath(new URL('../../dist/relay/cli.js', import.meta.url));

/** Starts the built relay and resolves when it prints that it listens; rejects with what it printed instead. */
export async function startRelay(options: RelayProcessOptions): Promise<RelayProcess> {
  const { data, port = 0, args = [], program = relayProgram, under = [] } = options;
  const relay = spawnRelay([program, '--port', String(port), '--data', data, ...args], options);
  const { child, ended, output } = relay;
  const state = await waitFor(
    'a relay to listen',
    () => {
      const url = /^Inkroom relay listening on (\S+) \(data in .+\)$/m.exec(output())?.[1];
      return url === undefined ? relay.exit() && 'ended' : { url };
    },
    { seen: output },
  );
  if (state === 'ended') throw new Error(`the relay ended: ${JSON.stringify(relay.exit())} ${output()}`);
  const pid = under.length === 0 ? child.pid : await onlyChildOf(child.pid ?? 0);
  if (pid === undefined) throw new Error('the relay has no pid');
  return {
    url: state.url,
    port: Number(new URL(state.url).port),
    pid,
    output,
    exit: relay.exit,
    kill: (signal) => {
      if (child.exitCode === null && child.signalCode === null) process.kill(pid, signal);
      return ended;
    },
    signal: (signal) => process.kill(pid, signal),
  };
}

/** Runs the relay's command to its end, for command lines that do not listen. */
export async function runRelay(args: readonly string[]): Promise<Exit & { readonly output: string }> {
  const { ended, output } = spawnRelay([relayProgram, ...args], {});
  return { ...(await ended), output: output() };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

interface SpawnedRelay {
  readonly child: ChildProcess;
  /** Settles when it has ended and all it printed is there. */
  readonly ended: Promise<Exit>;
  exit(): Exit | undefined;
  output(): string;
}

function spawnRelay(
  args: readonly string[],
  { under = [], nodeArgs = [], env = {} }: Pick<RelayProcessOptions, 'under' | 'nodeArgs' | 'env'>,
): SpawnedRelay {
  const [program = '', ...rest] = [...under, process.execPath, ...nodeArgs, ...args];
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
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

async function onlyChildOf(pid: number): Promise<number | undefined> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim();
  return children === '' ? undefined : Number(children.split(' ')[0]);
}
