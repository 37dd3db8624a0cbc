import { type Random, seededRandom } from './random.ts';

/** One act of a client, counted from 0. */
export interface ClientAct {
  readonly type:
    | 'type'
    | 'token'
    | 'delete'
    /** More than one append takes. */
    | 'paste'
    | 'offline'
    | 'online'
    | 'drop'
    | 'crash'
    /** Its disk is copied, and both go on, as on a cloned machine. */
    | 'clone'
    /** The document is opened once more over the same disk, as in another tab of a browser. */
    | 'tab'
    /** Its computer's clock is set. */
    | 'set-clock';
  readonly client: number;
}

/** One act of a plan. */
export type Act =
  | ClientAct
  /** `restore-relay`: it goes on from an older backup of its disk; `wipe-relay`: from nothing, so that its marks are others. */
  | { readonly type: 'restart-relay' | 'stop-relay' | 'start-relay' | 'restore-relay' | 'wipe-relay' }
  /** A member appends entries of others again, old and new ones. */
  | { readonly type: 'repeat' }
  | { readonly type: 'pass'; readonly ms: number };

/** All kinds of acts but letting time pass. */
export const actTypes = [
  'type',
  'token',
  'delete',
  'paste',
  'offline',
  'online',
  'drop',
  'crash',
  'clone',
  'tab',
  'set-clock',
  'restart-relay',
  'stop-relay',
  'start-relay',
  'restore-relay',
  'wipe-relay',
  'repeat',
] as const satisfies readonly Act['type'][];

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
  if (dice < 28) return { type: 'token', client };
  if (dice < 46) return { type: 'type', client };
  if (dice < 55) return { type: 'delete', client };
  // Deflating and sealing it costs more than all else in a plan.
  if (dice < 56) return { type: random.below(4) === 0 ? 'paste' : 'delete', client };
  if (dice < 80) return { type: 'pass', ms: random.pick([1, 5, 20, 60, 200, 1500]) };
  if (dice < 83) return { type: 'offline', client };
  if (dice < 86) return { type: 'online', client };
  if (dice < 89) return { type: 'drop', client };
  if (dice < 91) return { type: 'crash', client };
  if (dice < 92) return { type: 'clone', client };
  if (dice < 93) return { type: 'tab', client };
  if (dice < 94) return { type: 'set-clock', client };
  if (dice < 96) return { type: 'repeat' };
  if (dice < 98) return { type: random.pick(['restart-relay', 'restore-relay', 'wipe-relay']) };
  return { type: random.pick(['stop-relay', 'start-relay']) };
}
