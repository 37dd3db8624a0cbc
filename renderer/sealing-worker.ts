import { open, seal } from '../sync/sealing.ts';
import type { SealingAnswer, SealingJob } from './large-sealing.ts';

/** Seals and opens large entries in a thread of its own, one after another. */
self.addEventListener('message', ({ data }: MessageEvent<SealingJob>) => {
  const { job, key, work, bytes } = data;
  const result = work === 'seal' ? seal(key, 'entry', bytes) : open(key, 'entry', bytes);
  self.postMessage({ job, result } satisfies SealingAnswer);
});
