import type { Clock } from './clock.ts';

/** Up to this share of the time nothing is sent less often. */
const easyShare = 0.75;
/** From this share on it is sent as seldom as it can be. */
const fullShare = 0.95;
const longestPauses = 4;

/**
 * How many times as long as usual are the pauses between what can wait: 1 while the relay has time to spare, up to 4 where it
 * has none. It is then less busy, and the pauses are shorter again.
 */
export function pausesUnderStrain(clock: Clock): number {
  const strain = (clock.busyShare() - easyShare) / (fullShare - easyShare);
  return 1 + (longestPauses - 1) * Math.min(1, Math.max(0, strain));
}
