import { randomBytes } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Latencies } from './latencies.ts';

const times = 300;

/** What one write and fdatasync takes in milliseconds, where the servers keep their data; nothing else going on. */
export async function fsyncCost(): Promise<{ readonly p50: number; readonly p99: number }> {
  const folder = await mkdtemp(join(process.env.INKROOM_BENCH_FOLDER ?? tmpdir(), 'inkroom-fsync-'));
  const file = await open(join(folder, 'file'), 'a');
  const latencies = new Latencies();
  try {
    for (let i = 0; i < times; i++) {
      const bytes = randomBytes(100);
      const startMs = performance.now();
      await file.write(bytes);
      await file.datasync();
      latencies.add(performance.now() - startMs);
    }
    return { p50: latencies.percentile(50), p99: latencies.percentile(99) };
  } finally {
    await file.close();
    await rm(folder, { recursive: true });
  }
}
