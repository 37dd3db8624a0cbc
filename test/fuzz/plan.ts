import { type Random, seededRandom } from './random.ts';

/** One act of a client, counted from 0. */
export interface ClientAct {
  readonly type: 'type' | 'token' | 'delete' | 'offline' | 'online' | 'drop' | 'crash';
  readonly client: number;
}

/** One act of a plan. */
export type Act =
  | ClientAct
  /** `restore-relay`: it goes on from an older backup of its disk. */
  | { readonly type: 'restart-relay' | 'stop-relay' | 'start-relay' | 'restore-relay' }
  | { readonly type: 'pass'; readonly ms: number };

/** Clients of every plan; two are the least that can differ, the third sees both. */
export const planClients = 3;

/** The acts of a seed: writing, mostly, and whatever goes wrong, with at least one drop and one restart of the relay. */
export function planOf(seed: number, length: number): readonly Act[] {
  const random = seededRandom(seed);
  const acts = Array.from({ length }, () => randomAct(random));
  const middle = Math.floor(length / 2);
  acts.splice(
    middle,
    0,
    { type: 'drop', client: random.below(planClients) },
    { type: 'token', client: random.below(planClients) },
  );
  acts.splice(middle + random.below(middle), 0, { type: 'restart-relay' });
  return acts;
}

function randomAct(random: Random): Act {
  const client = random.below(planClients);
  const dice = random.below(100);
  if (dice < 30) return { type: 'token', client };
  if (dice < 50) return { type: 'type', client };
  if (dice < 60) return { type: 'delete', client };
  if (dice < 85) return { type: 'pass', ms: random.pick([1, 5, 20, 60, 200, 1500]) };
  if (dice < 88) return { type: 'offline', client };
  if (dice < 91) return { type: 'online', client };
  if (dice < 94) return { type: 'drop', client };
  if (dice < 96) return { type: 'crash', client };
  if (dice < 97) return { type: 'restart-relay' };
  if (dice < 98) return { type: 'restore-relay' };
  return { type: random.pick(['stop-relay', 'start-relay']) };
}
