import type { LargeKind } from '../sync/copy-options.ts';
import { open, type SealingKey, seal } from '../sync/sealing.ts';

/** One large entry or snapshot for the worker: 5 MB take 50 to 150 ms, which would be felt while typing. */
export interface SealingJob {
  readonly key: SealingKey;
  readonly work: 'seal' | 'open';
  readonly kind: LargeKind;
  readonly bytes: Uint8Array;
}

/** Does a job in the thread that calls it; undefined for what does not open. */
export function doJob({ key, work, kind, bytes }: SealingJob): Uint8Array | undefined {
  return work === 'seal' ? seal(key, kind, bytes) : open(key, kind, bytes);
}
