import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** How a relay is started for a test. */
export interface RelayProcessOptions {
  /** Data folder; the caller's to remove. */
  readonly data: string;
  /** 0 or nothing for any free port; the same one to restart a relay under its address. */
  readonly port?: number;
  readonly args?: readonly string[];
  /** A command in front of node, such as strace and its options. */
  readonly under?: readonly string[];
}

/** A real relay in a process of its own. */
export interface RelayProcess {
  readonly url: string;
  readonly port: number;
  /** The relay's own pid, also where it runs under another command. */
  readonly pid: number;
  /** Sends a signal and, where that ends it, waits until it is gone; gives the exit code (null after SIGKILL). */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
}

const relayProgram = fileURLToPath(new URL('../../dist/relay/cli.js', import.meta.url));
/** Longest a relay takes to listen, in ms; under strace on a busy machine it takes seconds. */
const startMs = 30_000;

/** Starts the built relay and resolves when it prints that it listens; rejects with what it printed instead. */
export async function startRelay(options: RelayProcessOptions): Promise<RelayProcess> {
  const port = options.port === undefined || options.port === 0 ? await freePort() : options.port;
  const relay = [
    process.execPath,
    relayProgram,
    '--port',
    String(port),
    '--data',
    options.data,
    ...(options.args ?? []),
  ];
  const [command = '', ...args] = [...(options.under ?? []), ...relay];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const url = await listening(child);
  const pid = options.under === undefined ? child.pid : await onlyChildOf(child.pid ?? 0);
  if (pid === undefined) throw new Error('the relay has no pid');
  return {
    url,
    port,
    pid,
    kill: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const gone = once(child, 'exit');
      process.kill(pid, signal);
      await gone;
      return child.exitCode;
    },
    signal: (signal) => process.kill(pid, signal),
  };
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

function listening(child: ChildProcess): Promise<string> {
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    const giveUp = setTimeout(
      () => reject(new Error(`the relay does not listen; it said: ${said.join('\n')}`)),
      startMs,
    );
    const look = (line: string) => {
      said.push(line);
      const url = /listening on (http:\S+)/.exec(line)?.[1];
      if (url === undefined) return;
      clearTimeout(giveUp);
      resolve(url);
    };
    for (const stream of [child.stdout, child.stderr])
      if (stream !== null) createInterface({ input: stream }).on('line', look);
    child.once('exit', (code) => {
      clearTimeout(giveUp);
      reject(new Error(`the relay ended with ${code}; it said: ${said.join('\n')}`));
    });
  });
}

async function onlyChildOf(pid: number): Promise<number | undefined> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim();
  return children === '' ? undefined : Number(children.split(' ')[0]);
}
