import type { DocumentKeys } from '../sync/keys.ts';
import type { ProviderOptions } from '../sync/provider.ts';
import { open, type SealingKey, seal } from '../sync/sealing.ts';

/** One large entry for the worker: 5 MB take 50 to 150 ms, which would be felt while typing. */
export interface SealingJob {
  readonly job: number;
  readonly key: SealingKey;
  readonly work: 'seal' | 'open';
  readonly bytes: Uint8Array;
}

/** What the worker made of a job; undefined for an entry that does not open. */
export interface SealingAnswer {
  readonly job: number;
  readonly result: Uint8Array | undefined;
}

type WaitingJob = (answer: Uint8Array | undefined) => void;

/**
 * Seals and opens the large entries of one document in a worker, started with the first; `close` ends it. Where no worker
 * starts or stays, the work is done here: slower to type for a moment, never left undone.
 */
export function largeSealing(keys: DocumentKeys): NonNullable<ProviderOptions['worker']> & { close(): void } {
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
    for (const { job } of [...waiting.values()]) finish(job.job, doHere(job));
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
  const ask = (work: SealingJob['work'], bytes: Uint8Array) => {
    lastJob += 1;
    const job = { job: lastJob, key, work, bytes };
    if (failed) return Promise.resolve(doHere(job));
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
    seal: async (update) => (await ask('seal', update)) ?? seal(key, 'entry', update),
    open: (sealed) => ask('open', sealed),
    close: () => worker?.terminate(),
  };
}

function doHere({ key, work, bytes }: SealingJob): Uint8Array | undefined {
  return work === 'seal' ? seal(key, 'entry', bytes) : open(key, 'entry', bytes);
}
