import type { SnapshotInfo } from './snapshot-store.ts';

/** What thinning looks at. */
export type Thinned = Pick<SnapshotInfo, 'createdMs' | 'bytes'> & {
  readonly cursor: { readonly seq: number };
};

/** How far apart two milestones are kept: this part of the older one's age, and never less than this (rule C7). */
const partOfAge = 1 / 8;
const leastGapMs = 600_000;

/**
 * The seqs of the milestones that go (rule C7): those too near to an older one that stays, then the oldest over the
 * quota or the count. `milestones` are oldest first, without the two snapshots that a room needs.
 */
export function thinned(
  milestones: readonly Thinned[],
  quota: { readonly nowMs: number; readonly bytes: number; readonly count: number },
): number[] {
  const gone: number[] = [];
  const kept: Thinned[] = [];
  for (const milestone of milestones) {
    const older = kept.at(-1);
    const gapMs = milestone.createdMs - (older?.createdMs ?? Number.NEGATIVE_INFINITY);
    const neededMs = Math.max(leastGapMs, partOfAge * (quota.nowMs - (older?.createdMs ?? 0)));
    if (older !== undefined && gapMs < neededMs) gone.push(milestone.cursor.seq);
    else kept.push(milestone);
  }
  let bytes = 0;
  kept.reverse().forEach((milestone, i) => {
    bytes += milestone.bytes;
    if (bytes > quota.bytes || i >= quota.count) gone.push(milestone.cursor.seq);
  });
  return gone.sort((a, b) => a - b);
}
