import type { LargeSealing } from './copy-options.ts';
import { open, type SealingKey, seal } from './sealing.ts';

/** Seals and opens large payloads in place, where there is no worker. */
export function sealingHere(key: SealingKey): LargeSealing {
  return {
    seal: (kind, body) => Promise.resolve(seal(key, kind, body)),
    open: (kind, sealed) => Promise.resolve(open(key, kind, sealed)),
  };
}
