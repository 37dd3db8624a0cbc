import { doJob, type SealingAnswer, type SealingJob } from './sealing-job.ts';

/** Seals and opens large entries and snapshots in a thread of its own, one after another. */
self.addEventListener('message', ({ data }: MessageEvent<SealingJob>) => {
  self.postMessage({ job: data.job, result: doJob(data) } satisfies SealingAnswer);
});
