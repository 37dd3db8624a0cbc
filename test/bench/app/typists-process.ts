import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../../app/wait-for.ts';
import type { BenchRelay } from './bench-apps.ts';

const program = fileURLToPath(new URL('./typists.ts', import.meta.url));

/** People who type in a document from a process of their own. */
export interface Typists {
  /** So many of them type from now on; the others rest. */
  type(people: number): void;
  close(): Promise<void>;
}

/** Starts them and waits until each has the document. */
export async function startTypists({ relay, documentId }: BenchRelay, people: number): Promise<Typists> {
  const args = ['--import', 'tsx', program, relay.url, documentId, String(people)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.on('data', (data) => {
    printed += String(data);
  });
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => resolve());
  });
  await waitFor('the typists to be ready', () => printed.startsWith('ready') || child.exitCode !== null, {
    deadlineMs: 120_000,
  });
  if (child.exitCode !== null) throw new Error(`the typists ended with code ${child.exitCode}`);
  return {
    type: (typing) => void child.stdin.write(`${typing}\n`),
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
