import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Latencies } from './latencies.ts';
import type { Figures } from './scenario.ts';
import { serverCore } from './server-process.ts';

/** How often something is written: without a pause, and as often as someone types in a room with ten writers and with one. */
export const fsyncPaces = ['one after another', 'one each 10 ms', 'one each 100 ms'] as const;
const pauses: Readonly<Record<(typeof fsyncPaces)[number], { readonly ms: number; readonly times: number }>> =
  {
    'one after another': { ms: 0, times: 300 },
    'one each 10 ms': { ms: 10, times: 300 },
    'one each 100 ms': { ms: 100, times: 50 },
  };

/**
 * What one write and fdatasync takes in milliseconds, where the servers keep their data and on their core; nothing else going on.
 * With a pause it takes longer: processor and disk have gone to rest.
 */
export async function fsyncCost(): Promise<Figures> {
  const program = [process.execPath, '--import', 'tsx', fileURLToPath(import.meta.url)];
  const { stdout } = await promisify(execFile)('taskset', ['-c', String(serverCore), ...program]);
  return JSON.parse(stdout);
}

async function measured(): Promise<Figures> {
  const folder = await mkdtemp(join(process.env.INKROOM_BENCH_FOLDER ?? tmpdir(), 'inkroom-fsync-'));
  const file = await open(join(folder, 'file'), 'a');
  const figures: Record<string, number> = {};
  try {
    for (const pace of fsyncPaces) {
      const { ms, times } = pauses[pace];
      const latencies = new Latencies();
      for (let i = 0; i < times; i++) {
        if (ms > 0) await delay(ms);
        const bytes = randomBytes(100);
        const startMs = performance.now();
        await file.write(bytes);
        await file.datasync();
        latencies.add(performance.now() - startMs);
      }
      figures[`write and fdatasync, ${pace}: p50, ms`] = latencies.percentile(50);
      figures[`write and fdatasync, ${pace}: p99, ms`] = latencies.percentile(99);
    }
    return figures;
  } finally {
    await file.close();
    await rm(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.stdout.write(JSON.stringify(await measured()));
