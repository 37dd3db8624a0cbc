import type { LargeSealing } from '../sync/copy-options.ts';
import type { DocumentKeys } from '../sync/keys.ts';
import { seal } from '../sync/sealing.ts';
import { doJob } from './sealing-job.ts';
import { workerJobs } from './worker-jobs.ts';

/** Seals and opens the large entries of one document in a worker, or here where none works; `close` ends it. */
export function largeSealing(keys: DocumentKeys): LargeSealing & { close(): void } {
  const key = { roomId: keys.roomId, contentKey: keys.contentKey };
  const jobs = workerJobs(
    () => new Worker(new URL('./sealing-worker.ts', import.meta.url), { type: 'module' }),
    doJob,
  );
  return {
    seal: async (kind, bytes) =>
      (await jobs.do({ key, work: 'seal', kind, bytes })) ?? seal(key, kind, bytes),
    open: (kind, bytes) => jobs.do({ key, work: 'open', kind, bytes }),
    close: () => jobs.close(),
  };
}
