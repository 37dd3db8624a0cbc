import { type Random, seededRandom } from '../fuzz/random.ts';

/** One act of a plan; clients are counted from 0. Acts with `ms` last that long, while the plan goes on. */
export type Act =
  /** Types changes of a real trace, in a block of its own, one every `everyMs`. */
  | { readonly type: 'type'; readonly client: number; readonly changes: number; readonly everyMs: number }
  | { readonly type: 'token' | 'filler' | 'delete' | 'undo' | 'redo'; readonly client: number }
  | { readonly type: 'paste'; readonly client: number; readonly letters: number }
  /** The person works offline. */
  | { readonly type: 'offline'; readonly client: number; readonly ms: number }
  /** SIGKILL, and started again on its journal. */
  | { readonly type: 'kill-client'; readonly client: number; readonly ms: number }
  /** SIGSTOP, as when a laptop sleeps. */
  | { readonly type: 'stop-client'; readonly client: number; readonly ms: number }
  /** A second process on a copy of its journal, as on a cloned machine; both go on. */
  | { readonly type: 'clone-client'; readonly client: number }
  /** Its journal is copied, and it goes on; later the copy takes the journal's place, as when a profile is restored. */
  | { readonly type: 'save-profile' | 'restore-profile'; readonly client: number }
  | { readonly type: 'jump-client-clock'; readonly client: number; readonly shiftMs: number }
  | { readonly type: 'cut'; readonly client: number }
  | { readonly type: 'slow'; readonly client: number; readonly bytesPerSecond: number; readonly ms: number }
  /** Nothing arrives for a while, then all of it, late. */
  | { readonly type: 'hold'; readonly client: number; readonly ms: number }
  /** What is sent is lost, and neither side is told: a half-open connection, until it is cut. */
  | { readonly type: 'swallow'; readonly client: number; readonly ms: number }
  | { readonly type: 'kill-relay'; readonly ms: number }
  | { readonly type: 'kill-both'; readonly client: number; readonly ms: number }
  | { readonly type: 'stop-relay'; readonly ms: number }
  /** Its disk has this many bytes left. */
  | { readonly type: 'fill-disk'; readonly leftBytes: number; readonly ms: number }
  /** Killed, and the end of what its store wrote last is missing or changed when it starts again. */
  | { readonly type: 'tear-store'; readonly bytes: number; readonly how: 'cut' | 'change' }
  /** Killed, and so many bytes in the middle of a file of its store are others when it starts again. */
  | { readonly type: 'damage-store'; readonly bytes: number }
  /** Its data folder is copied; later the copy takes the folder's place while clients are ahead of it. */
  | { readonly type: 'save-relay' | 'restore-relay' }
  /** It has lost its data, and this client alone reaches it first: the same document under foreign marks. */
  | { readonly type: 'foreign-relay'; readonly client: number; readonly ms: number }
  /** It refuses WebSocket, or allows it again. */
  | { readonly type: 'polling-only' }
  /** While a snapshot, or a large paste, is on its way to the relay, the relay or all clients get SIGKILL. */
  | {
      readonly type: 'kill-in-upload';
      readonly client: number;
      readonly letters: number;
      readonly who: 'relay' | 'clients';
      readonly ms: number;
    }
  | { readonly type: 'jump-relay-clock'; readonly shiftMs: number }
  /** A member appends entries of others again, old ones and new ones, in any order. */
  | { readonly type: 'repeat-entries'; readonly entries: number }
  /** The relay is stopped right after somebody said saved, and its disk is read. */
  | { readonly type: 'audit' }
  | { readonly type: 'pass'; readonly ms: number };

/** Clients of every plan at its start; two are the least that can differ, the third sees both. */
export const planClients = 3;

/** The longest is long enough for an editor to make a snapshot. */
const pausesMs = [0, 5, 20, 60, 150, 400, 1600];
const shortMs = [100, 300, 800];
const shiftsMs = [-24 * 3_600_000, -90_000, 45_000, 3_600_000, 400 * 24 * 3_600_000];

/** How an act of each kind is drawn. */
const draw = {
  type: (random) => ({
    type: 'type',
    client: someone(random),
    changes: 20 + random.below(120),
    everyMs: 1 + random.below(8),
  }),
  token: (random) => ({ type: 'token', client: someone(random) }),
  filler: (random) => ({ type: 'filler', client: someone(random) }),
  delete: (random) => ({ type: 'delete', client: someone(random) }),
  undo: (random) => ({ type: 'undo', client: someone(random) }),
  redo: (random) => ({ type: 'redo', client: someone(random) }),
  paste: (random) => ({
    type: 'paste',
    client: someone(random),
    letters: random.pick([50, 3000, 40_000, 150_000]),
  }),
  offline: (random) => ({ type: 'offline', client: someone(random), ms: random.pick(shortMs) }),
  'kill-client': (random) => ({ type: 'kill-client', client: someone(random), ms: random.pick(shortMs) }),
  'stop-client': (random) => ({
    type: 'stop-client',
    client: someone(random),
    ms: random.pick([200, 1000, 2500]),
  }),
  'clone-client': (random) => ({ type: 'clone-client', client: someone(random) }),
  'save-profile': (random) => ({ type: 'save-profile', client: someone(random) }),
  'restore-profile': (random) => ({ type: 'restore-profile', client: someone(random) }),
  'jump-client-clock': (random) => ({
    type: 'jump-client-clock',
    client: someone(random),
    shiftMs: random.pick(shiftsMs),
  }),
  cut: (random) => ({ type: 'cut', client: someone(random) }),
  slow: (random) => ({
    type: 'slow',
    client: someone(random),
    bytesPerSecond: random.pick([500, 4000, 40_000]),
    ms: random.pick([500, 1500]),
  }),
  hold: (random) => ({ type: 'hold', client: someone(random), ms: random.pick([300, 1200]) }),
  swallow: (random) => ({ type: 'swallow', client: someone(random), ms: random.pick([300, 1500]) }),
  'kill-relay': (random) => ({ type: 'kill-relay', ms: random.pick([0, ...shortMs]) }),
  'kill-both': (random) => ({ type: 'kill-both', client: someone(random), ms: random.pick(shortMs) }),
  'kill-in-upload': (random) => ({
    type: 'kill-in-upload',
    client: someone(random),
    // The smaller paste is no upload itself, and leaves it to a snapshot.
    letters: random.pick([30_000, 90_000]),
    who: random.pick(['relay', 'clients']),
    ms: random.pick(shortMs),
  }),
  'stop-relay': (random) => ({ type: 'stop-relay', ms: random.pick([200, 1000, 2500]) }),
  'fill-disk': (random) => ({
    type: 'fill-disk',
    leftBytes: random.pick([0, 4096, 1_060_000, 1_300_000]),
    ms: random.pick([500, 1500]),
  }),
  'tear-store': (random) => ({
    type: 'tear-store',
    bytes: 1 + random.below(400),
    how: random.pick(['cut', 'change']),
  }),
  'damage-store': (random) => ({ type: 'damage-store', bytes: 1 + random.below(40) }),
  'save-relay': () => ({ type: 'save-relay' }),
  'restore-relay': () => ({ type: 'restore-relay' }),
  'foreign-relay': (random) => ({
    type: 'foreign-relay',
    client: someone(random),
    ms: random.pick([300, 1500]),
  }),
  'polling-only': () => ({ type: 'polling-only' }),
  'jump-relay-clock': (random) => ({ type: 'jump-relay-clock', shiftMs: random.pick(shiftsMs) }),
  'repeat-entries': (random) => ({ type: 'repeat-entries', entries: 1 + random.below(60) }),
  audit: () => ({ type: 'audit' }),
  pass: (random) => ({ type: 'pass', ms: random.pick(pausesMs) }),
} satisfies { readonly [Type in Act['type']]: (random: Random) => Act & { readonly type: Type } };

/** A kind of act. */
export type ActType = keyof typeof draw;
/** All kinds of acts. */
export const actTypes = Object.keys(draw) as readonly ActType[];

const writing = ['type', 'token', 'filler', 'delete', 'undo', 'redo', 'paste'] as const satisfies ActType[];
/** Kinds that begin what another kind ends, and are put in front of it. */
const preparations: Partial<Record<ActType, ActType>> = {
  'restore-profile': 'save-profile',
  'restore-relay': 'save-relay',
  redo: 'undo',
};
const prepared = Object.values(preparations);
/** What a deck is dealt from: everything that goes wrong. */
const faults = actTypes.filter(
  (type) => type !== 'pass' && !prepared.includes(type) && !writing.some((writes) => writes === type),
);

/** So many plans with consecutive seeds, from one after a multiple of this, have every fault between them. */
export const plansPerDeck = 4;

/** The acts of a seed: a part of a shuffled deck of all faults, or several of the given ones, in the middle of writing. */
export function planOf(seed: number, only?: readonly ActType[]): readonly Act[] {
  const random = seededRandom(seed);
  const deckNumber = Math.floor((seed - 1) / plansPerDeck);
  const deck = shuffled(faults, seededRandom(deckNumber ^ 0xdec2));
  const dealt =
    only === undefined
      ? deck.filter((_, index) => index % plansPerDeck === (seed - 1) % plansPerDeck)
      : Array.from({ length: 5 }, () => random.pick(only));
  const extra = Array.from({ length: random.below(3) }, () => random.pick(only ?? faults));
  const acts: Act[] = [];
  const write = () => acts.push(draw[random.pick(writing)](random), draw.pass(random));
  // Everyone writes from the beginning, so that no fault finds a quiet room.
  for (let client = 0; client < planClients; client++) acts.push({ ...draw.type(random), client });
  for (const type of shuffled([...dealt, ...extra], random)) {
    const preparation = preparations[type];
    const act = draw[type](random);
    if (preparation !== undefined) {
      const before = draw[preparation](random);
      acts.push('client' in before && 'client' in act ? { ...before, client: act.client } : before);
      write();
    }
    write();
    acts.push(act);
    if (random.below(2) === 0) write();
    acts.push(draw.pass(random));
  }
  for (const type of ['undo', 'redo', 'token'] as const) acts.push(draw[type](random));
  return acts;
}

function someone(random: Random): number {
  return random.below(planClients);
}

function shuffled<T>(all: readonly T[], random: Random): readonly T[] {
  return all
    .map((one) => ({ one, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);
}
