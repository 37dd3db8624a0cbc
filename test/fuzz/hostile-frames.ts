import { type ClientMessage, encodeClientMessage, type Join } from '../../protocol/client-messages.ts';
import { clientEvents, relayEvents } from '../../protocol/events.ts';
import { encodeFrame } from '../../protocol/frame-parser.ts';
import { limits } from '../../protocol/limits.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import { joinMessage } from '../../sync/join.ts';
import {
  binary,
  bytes,
  event,
  goldenFrame,
  goldenFrames,
  type HostileClass,
  type Knowledge,
  type Outcome,
  varUint,
} from './hostile-bytes.ts';
import type { Random } from './random.ts';

const isOfClient = (frame: Uint8Array) => Object.values<number>(clientEvents).includes(frame[1] ?? 0);
const ofClients = [...goldenFrames.values()].filter(isOfClient);
const ofRelays = [...goldenFrames.values()].filter((frame) => !isOfClient(frame));
const clientCodes = Object.values(clientEvents);
/** What any message that still parses may come to, before or after a join as a viewer. */
const anything = [
  'malformed',
  'too-large',
  'wrong-state',
  'rejoin-first',
  'view-only',
  'wrong-version',
  'wrong-host',
  'bad-proof',
  'unsupported',
  'nothing',
] as const satisfies readonly Outcome[];

const copyOf = (random: Random, of: readonly Uint8Array[]) => Buffer.from(random.pick(of));

/** A join of the viewer with a proof that was good on another connection, and what is changed in it. */
function join({ viewer, host, oldProof }: Knowledge, changes: Partial<Join> = {}): Uint8Array {
  const terms = { nonce: oldProof.nonce, host, token: '', cursor: undefined, beforeSeq: 0, create: false };
  const sent = joinMessage({ ...viewer, prove: () => oldProof.signature }, terms);
  if (sent.event !== 'join') throw new Error('no join');
  const message = { ...sent.message, ...changes };
  return binary(encodeFrame('join', encodeClientMessage({ event: 'join', message })));
}

/** Messages that are refused, or ignored, on a connection that stays open. */
export const standing = {
  'an event before its state': {
    expected: ['wrong-state', 'rejoin-first', 'view-only', 'unsupported', 'nothing'],
    make: ({ random }) =>
      binary(random.pick(['append', 'upload', 'presence', 'confirm', 'leave', 'snapshot'].map(goldenFrame))),
  },
  'the same event again and again': {
    expected: ['wrong-state', 'rejoin-first', 'view-only'],
    make: () => Buffer.concat(Array(3).fill(binary(goldenFrame('append')))),
  },
  'more confirmed than was sent': {
    expected: ['nothing'],
    make: () => event('confirm', varUint(Number.MAX_SAFE_INTEGER)),
  },
  'a chunk of an upload by one who may not': {
    expected: ['wrong-state', 'rejoin-first', 'view-only'],
    make: ({ random }) =>
      event(
        'upload',
        varUint(1),
        Buffer.of(0),
        varUint(random.below(9e6) + 1000),
        varUint(0),
        bytes(random, 50),
      ),
  },
} as const satisfies Record<string, HostileClass>;

/** Joins that are refused on a connection that stays open; few on one, since joins have a pace. */
export const joins = {
  'a join of another version': {
    expected: ['wrong-version'],
    make: ({ random }) =>
      event('join', varUint(PROTOCOL_VERSION + 1 + random.below(60_000)), bytes(random, random.below(300))),
  },
  'a join for another host': {
    expected: ['wrong-host'],
    make: () => binary(goldenFrame('join as viewer')),
  },
  'a proof replayed from another connection': {
    expected: ['bad-proof'],
    make: (knows) => join(knows),
  },
  'a guessed proof': {
    expected: ['bad-proof'],
    make: (knows) => join(knows, { signature: bytes(knows.random, 64) }),
  },
  'a guessed room id, to be created': {
    expected: ['bad-proof'],
    make: (knows) => join(knows, { roomId: bytes(knows.random, 16), create: true }),
  },
  'a viewer that says it edits': {
    expected: ['bad-proof'],
    make: (knows) => {
      const { viewPublicKey } = knows.viewer.memberKeys;
      return join(knows, {
        keys: { role: 'edit', editPublicKey: viewPublicKey, viewPublicKey },
        create: true,
      });
    },
  },
} as const satisfies Record<string, HostileClass>;

function joinOfStranger({ stranger, nonce, host }: Knowledge): ClientMessage {
  return joinMessage(stranger, { nonce, host, token: '', cursor: undefined, beforeSeq: 0, create: false });
}

/** A join that the relay answers only after it has looked on its disk. */
export const lateJoins = {
  'a document that is not there': {
    expected: ['unknown-document'],
    make: (knows) => binary(encodeFrame('join', encodeClientMessage(joinOfStranger(knows)))),
  },
} as const satisfies Record<string, HostileClass>;

/** Messages after which a connection is over, or which may come to anything. The first outcome is the usual one. */
export const ending = {
  'random bytes': {
    expected: ['malformed'],
    make: ({ random }) =>
      binary(Buffer.concat([Buffer.of(random.below(0x1b)), bytes(random, random.below(300))])),
  },
  'bits flipped': {
    expected: anything,
    make: ({ random }) => {
      const frame = copyOf(random, ofClients);
      for (let flips = 1 + random.below(8); flips > 0; flips--) {
        const at = random.below(frame.length);
        frame[at] = (frame[at] ?? 0) ^ (1 << random.below(8));
      }
      return binary(frame);
    },
  },
  'cut short': {
    expected: anything,
    make: ({ random }) => {
      const frame = copyOf(random, ofClients);
      return binary(frame.subarray(0, random.below(frame.length)));
    },
  },
  'a join cut short': {
    expected: ['malformed'],
    make: ({ random }) => {
      const frame = goldenFrame('join as editor');
      return binary(frame.subarray(0, 3 + random.below(frame.length - 3)));
    },
  },
  'a join with more after it': {
    expected: ['malformed'],
    make: ({ random }) =>
      binary(Buffer.concat([goldenFrame('join as viewer'), bytes(random, 1 + random.below(90))])),
  },
  'longer than it says': {
    expected: anything,
    make: ({ random }) =>
      binary(Buffer.concat([copyOf(random, ofClients), bytes(random, 1 + random.below(99))])),
  },
  'a length that claims more than is there': {
    expected: ['malformed', 'too-large'],
    make: ({ random }) => {
      const head = goldenFrame('join as viewer').subarray(2, 2 + 1 + 16 + 1 + 16 + 32);
      return event('join', head, varUint(20 + random.below(2 ** random.below(50))), Buffer.from('short'));
    },
  },
  'a million entries claimed': {
    expected: ['too-large'],
    make: ({ random }) =>
      event(
        'snapshot',
        varUint(1),
        varUint(0),
        varUint(5),
        bytes(random, 16),
        varUint(1e6 + random.below(1e9)),
      ),
  },
  'a number without an end': {
    expected: ['malformed'],
    make: ({ random }) => event('confirm', Buffer.alloc(10 + random.below(500), 0xff)),
  },
  'the code of another event': {
    expected: anything,
    make: ({ random }) => {
      const frame = copyOf(random, ofClients);
      frame[1] = random.pick(clientCodes);
      return binary(frame);
    },
  },
  'what only relays send': { expected: ['malformed'], make: ({ random }) => binary(random.pick(ofRelays)) },
  'an event that does not exist': {
    expected: ['malformed'],
    make: ({ random }) => {
      const known = [...clientCodes, ...Object.values(relayEvents)] as readonly number[];
      const unknown = Array.from({ length: 256 }, (_, code) => code).filter((code) => !known.includes(code));
      return binary(Buffer.concat([Buffer.of(0x1b, random.pick(unknown)), bytes(random, 20)]));
    },
  },
  'nothing at all': { expected: ['malformed'], make: () => binary(new Uint8Array()) },
  'presence over its limit': {
    expected: ['too-large'],
    make: () => event('presence', varUint(1), new Uint8Array(limits.presenceBytes + 1)),
  },
  'a payload over its limit': {
    expected: ['too-large'],
    make: () => event('append', varUint(1), new Uint8Array(limits.payloadBytes)),
  },
  'an upload over its limit': {
    expected: ['too-large'],
    make: ({ random }) =>
      event('upload', varUint(1), Buffer.of(0), varUint(limits.entryBytes + 1), varUint(0), bytes(random, 9)),
  },
  'a join with 10,000 characters of host': {
    expected: ['malformed', 'too-large'],
    make: (knows) => join({ ...knows, host: 'h'.repeat(10_000) }),
  },
  'a join with 10,000 characters of token': {
    expected: ['malformed', 'too-large'],
    make: (knows) => join(knows, { token: 't'.repeat(10_000) }),
  },
} as const satisfies Record<string, HostileClass>;
