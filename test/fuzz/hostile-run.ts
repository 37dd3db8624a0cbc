import { encodeClientMessage } from '../../protocol/client-messages.ts';
import { encodeFrame } from '../../protocol/frame-parser.ts';
import { newDocumentSecret } from '../../sync/document-id.ts';
import { joinMessage } from '../../sync/join.ts';
import type { DocumentKeys } from '../../sync/keys.ts';
import { deriveKeys } from '../../sync/keys.ts';
import { waitFor } from '../app/wait-for.ts';
import { opcodes, RawWebSocket, webSocketFrame } from '../relay/raw-web-socket.ts';
import type { HostileClass, Knowledge, Outcome } from './hostile-bytes.ts';
import { ending, joins, lateJoins, standing } from './hostile-frames.ts';
import { layers } from './hostile-layers.ts';
import { type Random, seededRandom } from './random.ts';

/** How often each class came to each outcome. */
export type Tally = Map<string, Map<Outcome, number>>;

const standingClasses: readonly [string, HostileClass][] = Object.entries(standing);
const joinClasses: readonly [string, HostileClass][] = Object.entries(joins);
const lateClasses: readonly [string, HostileClass][] = Object.entries(lateJoins);
const lastClasses: readonly [string, HostileClass][] = Object.entries({ ...ending, ...layers });

/** Every class by its name. */
export const classes: ReadonlyMap<string, HostileClass> = new Map([
  ...standingClasses,
  ...joinClasses,
  ...lateClasses,
  ...lastClasses,
]);

/** Messages on one connection before the last, which may end it. */
const standingMessages = 24;
/** Of those, joins: below what one connection may do at once. */
const joinsAmongThem = 6;
/** Refs of the messages by which an attacker knows that what came before has been answered. */
const firstMarker = 1_000_000_000;

/** Refusals after which the connection is over (rule R2). */
const closing: ReadonlySet<Outcome> = new Set(['malformed', 'too-large', 'too-fast']);

/** One attack after another, each on a connection of its own. */
export class HostileRun {
  readonly tally: Tally = new Map();
  messages = 0;
  connections = 0;
  readonly #url: string;
  readonly #viewer: DocumentKeys;
  readonly #seed: number;
  readonly #stranger = deriveKeys(newDocumentSecret());
  readonly #host: string;
  readonly #headers: readonly string[];

  /** `headers` go with every connection. */
  constructor(url: string, viewer: DocumentKeys, seed: number, headers: readonly string[] = []) {
    this.#headers = headers;
    this.#url = url;
    this.#host = new URL(url).host;
    this.#viewer = viewer;
    this.#seed = seed;
  }

  /** Attacks over several connections at once until this many messages were sent and answered. */
  async attack(messages: number, atOnce: number): Promise<void> {
    const { raw, nonce } = await this.#greeted();
    raw.close();
    const oldProof = { nonce, signature: this.#viewer.prove(nonce, this.#host) };
    const one = async () => {
      while (this.messages < messages) await this.#connection(oldProof);
    };
    await Promise.all(Array.from({ length: atOnce }, one));
  }

  async #connection(oldProof: Knowledge['oldProof']): Promise<void> {
    const number = this.connections++;
    const random = seededRandom(this.#seed * 1_000_003 + number);
    const { raw, nonce } = await this.#greeted();
    try {
      const viewer = this.#viewer;
      const knows = { random, viewer, stranger: this.#stranger, host: this.#host, nonce, oldProof };
      // Every second attacker is a viewer of the room in which honest people write.
      if (number % 2 === 1) await this.#joinAsViewer(raw, knows);
      else await this.#joinLate(raw, knows);
      await this.#send(raw, knows, this.#choose(random));
      // Each class has its turn as the last one.
      const last = lastClasses[number % lastClasses.length];
      if (last !== undefined) await this.#send(raw, knows, [last]);
    } finally {
      raw.close();
    }
  }

  async #greeted(): Promise<{ readonly raw: RawWebSocket; readonly nonce: Uint8Array }> {
    const raw = await RawWebSocket.greeted(this.#url, this.#headers);
    const [hello] = raw.messages;
    if (hello?.event !== 'hello') throw new Error(`not greeted: ${raw.describe()}`);
    return { raw, nonce: hello.message.nonce };
  }

  #choose(random: Random): readonly [string, HostileClass][] {
    const chosen = Array.from({ length: standingMessages }, () => random.pick(standingClasses));
    for (let i = 0; i < joinsAmongThem; i++) chosen[random.below(chosen.length)] = random.pick(joinClasses);
    return chosen;
  }

  async #joinAsViewer(raw: RawWebSocket, { viewer, nonce, host }: Knowledge): Promise<void> {
    const terms = { nonce, host, token: '', cursor: undefined, beforeSeq: 0, create: false };
    raw.binary(encodeFrame('join', encodeClientMessage(joinMessage(viewer, terms))));
    const has = (wanted: string) => raw.messages.some(({ event }) => event === wanted);
    const isAnswered = () => has('joined') || has('refused') || raw.closed;
    await waitFor('an answer to the viewer’s join', isAnswered, { seen: () => raw.describe() });
    if (!has('joined')) throw new Error(`the viewer is not let in: ${raw.describe()}`);
  }

  async #joinLate(raw: RawWebSocket, knows: Knowledge): Promise<void> {
    for (const [name, { expected, make }] of lateClasses) {
      const before = raw.refusals.length;
      raw.bytes(make(knows));
      await waitFor(`an answer to ${name}`, () => raw.refusals.length > before, {
        seen: () => raw.describe(),
      });
      this.#note(name, expected.find((code) => code === raw.refusals[before]) ?? 'nothing');
      this.messages += 1;
    }
  }

  /** Sends each message and after it a marker that is always refused; notes what was answered between the markers. */
  async #send(raw: RawWebSocket, knows: Knowledge, chosen: readonly [string, HostileClass][]): Promise<void> {
    const from = raw.messages.length;
    raw.bytes(Buffer.concat(chosen.flatMap(([, { make }], i) => [make(knows), marker(firstMarker + i)])));
    const lastRef = firstMarker + chosen.length - 1;
    const isAnswered = () =>
      raw.closed ||
      raw.messages.some((each, i) => i >= from && each.event === 'refused' && each.message.ref === lastRef);
    await waitFor(
      `an answer to ${chosen
        .map(([name]) => name)
        .join(', ')
        .slice(-300)}`,
      isAnswered,
      {
        seen: () => raw.describe(),
      },
    );
    const refusals = raw.messages
      .slice(from)
      .flatMap((each) => (each.event === 'refused' ? [each.message] : []));
    let answers: Outcome[] = [];
    let next = 0;
    for (const { code, ref } of refusals) {
      if (ref !== firstMarker + next) {
        answers.push(code as Outcome);
        continue;
      }
      const [answer = 'nothing'] = answers;
      this.#note(chosen[next]?.[0] ?? '', closing.has(answer) ? 'not closed' : answer);
      answers = [];
      next += 1;
    }
    if (next < chosen.length) {
      const [answer = 'closed'] = answers;
      this.#note(chosen[next]?.[0] ?? '', closing.has(answer) ? answer : 'closed');
    }
    // A connection that ended early answered for one message only; the rest was never read.
    this.messages += Math.min(next + 1, chosen.length);
  }

  #note(name: string, outcome: Outcome): void {
    const outcomes = this.tally.get(name) ?? new Map<Outcome, number>();
    this.tally.set(name, outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1));
  }
}

function marker(ref: number): Uint8Array {
  const message = { ref, entry: Uint8Array.of(1) };
  return webSocketFrame(
    opcodes.binary,
    encodeFrame('append', encodeClientMessage({ event: 'append', message })),
  );
}
