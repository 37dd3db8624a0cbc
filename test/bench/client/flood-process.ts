import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../../app/wait-for.ts';

/** What a flood prints, a line each. */
export type FloodReport =
  | { readonly type: 'ready' }
  | {
      readonly type: 'done';
      readonly entries: number;
      /** From the first entry sent to the last. */
      readonly seconds: number;
      /** Average size of an update before it was sealed. */
      readonly updateBytes: number;
      /** Letters that the text has more. */
      readonly added: number;
    };

/** How much is written. */
export interface FloodOptions {
  readonly relayUrl: string;
  readonly documentId: string;
  readonly entriesPerSecond: number;
  readonly seconds: number;
  readonly writers: number;
}

/** Writers in a process of their own who wait for `start`. */
export interface Flood {
  start(): void;
  /** Resolves when every entry has been acknowledged. */
  readonly done: Promise<FloodReport & { readonly type: 'done' }>;
}

const program = fileURLToPath(new URL('./flood.ts', import.meta.url));

/** Starts the writers' process and resolves when all they will write is sealed. */
export async function startFlood(options: FloodOptions): Promise<Flood> {
  const { relayUrl, documentId, entriesPerSecond, seconds, writers } = options;
  const numbers = [entriesPerSecond, seconds, writers].map(String);
  const child = spawn(process.execPath, ['--import', 'tsx', program, relayUrl, documentId, ...numbers], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const reports: FloodReport[] = [];
  createInterface({ input: child.stdout }).on('line', (line) =>
    reports.push(JSON.parse(line) as FloodReport),
  );
  const ended = new Promise<FloodReport & { readonly type: 'done' }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const last = reports.at(-1);
      if (last?.type === 'done') resolve(last);
      else reject(new Error(`the writers ended with code ${code}`));
    });
  });
  // A failure shows where the end is awaited, and here while it is not.
  let failure: unknown;
  ended.catch((error: unknown) => {
    failure = error;
  });
  await waitFor('the writers to be ready', () => failure !== undefined || reports.length > 0, {
    deadlineMs: 120_000,
  });
  if (failure !== undefined) throw failure;
  return { start: () => void child.stdin.end('\n'), done: ended };
}
