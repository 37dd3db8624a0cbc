import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProject } from '../../../scripts/places.ts';
import { waitFor } from '../../app/wait-for.ts';
import { benchHost } from './web-socket.ts';

/** Server and load never share a core: the load generator is started on the other one. */
export const serverCore = 0;
export const loadCore = 1;

/** Linux counts CPU in these, whatever its kernel's own tick is. */
const ticksPerSecond = 100;
/** Where servers leave a CPU profile when they are stopped; nowhere unless this is set. It costs a tenth of their speed. */
const profileFolder = process.env.INKROOM_BENCH_PROFILE;
const pageBytes = 4096;

/** A server under measurement, alone on its core, with a new empty folder for data. */
export class ServerProcess {
  readonly port: number;
  readonly folder: string;
  readonly #child: ChildProcess;
  #output = '';

  private constructor(port: number, folder: string, child: ChildProcess) {
    this.port = port;
    this.folder = folder;
    this.#child = child;
    const note = (chunk: Buffer) => {
      this.#output = (this.#output + chunk.toString('utf8')).slice(-2000);
    };
    child.stdout?.on('data', note);
    child.stderr?.on('data', note);
  }

  /** Starts Node with these arguments and waits until its port takes connections. `prepare` fills the folder before. */
  static async start(
    args: (port: number, folder: string) => readonly string[],
    options: {
      readonly env?: Readonly<Record<string, string>>;
      readonly prepare?: ((folder: string) => Promise<void>) | undefined;
    } = {},
  ): Promise<ServerProcess> {
    const folder = await mkdtemp(join(process.env.INKROOM_BENCH_FOLDER ?? tmpdir(), 'inkroom-bench-'));
    await options.prepare?.(folder);
    const port = await freePort();
    const profile = profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
    const command = ['-c', String(serverCore), process.execPath, ...profile, ...args(port, folder)];
    const child = spawn('taskset', command, {
      cwd: inProject('test', 'bench'),
      env: { ...process.env, PORT: String(port), HOST: benchHost, NODE_OPTIONS: '', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const server = new ServerProcess(port, folder, child);
    await waitFor('the server', () => child.exitCode !== null || canConnect(port), {
      seen: () => server.#output,
    });
    if (child.exitCode !== null) throw new Error(`the server did not start: ${server.#output}`);
    return server;
  }

  /** Seconds of CPU used so far, all threads, user and system. */
  cpuSeconds(): number {
    return cpuSecondsOf(this.#pid);
  }

  /** Resident memory in bytes. */
  rssBytes(): number {
    return this.#memoryBytes(1);
  }

  /** What of the resident memory is mapped files, which the kernel takes back when it needs the room; in bytes. */
  mappedBytes(): number {
    return this.#memoryBytes(2);
  }

  #memoryBytes(field: 1 | 2): number {
    const pages = readFileSync(`/proc/${this.#pid}/statm`, 'latin1').split(' ')[field];
    return Number(pages) * pageBytes;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null) {
      const ended = new Promise((resolve) => this.#child.once('exit', resolve));
      this.#child.kill(profileFolder === undefined ? 'SIGKILL' : 'SIGTERM');
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  get #pid(): number {
    const { pid, exitCode } = this.#child;
    if (pid === undefined || exitCode !== null) throw new Error(`the server has ended: ${this.#output}`);
    return pid;
  }
}

/** Seconds of CPU a process has used, all threads. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, benchHost, resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, benchHost);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
