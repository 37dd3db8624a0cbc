import type { LargeKind, LargeSealing } from '../sync/copy-options.ts';
import type { DocumentKeys } from '../sync/keys.ts';
import { seal } from '../sync/sealing.ts';
import { doJob, type SealingAnswer, type SealingJob } from './sealing-job.ts';

type WaitingJob = (answer: Uint8Array | undefined) => void;

/**
 * Seals and opens the large entries of one document in a worker, started with the first; `close` ends it. Where no worker
 * starts or stays, the work is done here: slower to type for a moment, never left undone.
 */
export function largeSealing(keys: DocumentKeys): LargeSealing & { close(): void } {
  const key = { roomId: keys.roomId, contentKey: keys.contentKey };
  const waiting = new Map<number, { readonly job: SealingJob; readonly done: WaitingJob }>();
  let worker: Worker | undefined;
  let failed = false;
  let lastJob = 0;
  const finish = (job: number, result: Uint8Array | undefined) => {
    waiting.get(job)?.done(result);
    waiting.delete(job);
  };
  /** Nothing more is heard from a worker that has failed once: what it was asked is done here, and all that follows. */
  const giveUp = () => {
    failed = true;
    worker?.terminate();
    worker = undefined;
    for (const { job } of [...waiting.values()]) finish(job.job, doJob(job));
  };
  const start = () => {
    const started = new Worker(new URL('./sealing-worker.ts', import.meta.url), { type: 'module' });
    started.addEventListener('message', ({ data }: MessageEvent<SealingAnswer>) =>
      finish(data.job, data.result),
    );
    started.addEventListener('error', giveUp);
    started.addEventListener('messageerror', giveUp);
    return started;
  };
  const ask = (work: SealingJob['work'], kind: LargeKind, bytes: Uint8Array) => {
    lastJob += 1;
    const job = { job: lastJob, key, work, kind, bytes };
    if (failed) return Promise.resolve(doJob(job));
    return new Promise<Uint8Array | undefined>((done) => {
      waiting.set(job.job, { job, done });
      try {
        worker ??= start();
        worker.postMessage(job);
      } catch {
        giveUp();
      }
    });
  };
  return {
    seal: async (kind, body) => (await ask('seal', kind, body)) ?? seal(key, kind, body),
    open: (kind, sealed) => ask('open', kind, sealed),
    close: () => worker?.terminate(),
  };
}
