import { encodeClientMessage } from '../../protocol/client-messages.ts';
import { encodeFrame } from '../../protocol/frame-parser.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { RelayMessage } from '../../protocol/relay-messages.ts';
import { newDocumentSecret } from '../../sync/document-id.ts';
import { joinMessage } from '../../sync/join.ts';
import type { DocumentKeys } from '../../sync/keys.ts';
import { deriveKeys } from '../../sync/keys.ts';
import { waitFor } from '../app/wait-for.ts';
import { opcodes, webSocketFrame } from '../relay/raw-web-socket.ts';
import type { HostileClass, Knowledge } from './hostile-bytes.ts';
import { joins, lateJoins, standing } from './hostile-frames.ts';
import { type Random, seededRandom } from './random.ts';

/** A connection to a relay as an attacker uses it. */
export interface AttackLine {
  /** Messages of the relay, in order. */
  readonly messages: readonly RelayMessage[];
  /** Codes of the refusals among them. */
  readonly refusals: readonly string[];
  readonly closed: boolean;
  /** Sends what is in frames of WebSocket, as this connection carries it. */
  bytes(frames: Uint8Array): void;
  describe(): string;
  close(): void;
}

/** One kind of attack that is no message: done with the connection, it tells what came of it. */
export interface HostileRequest<Line extends AttackLine> {
  readonly expected: readonly string[];
  run(line: Line, random: Random): Promise<string>;
}

/** What attacks go over, and those that may end a connection there. The first outcome of each is the usual one. */
export interface Carrier<Line extends AttackLine> {
  open(url: string, headers: readonly string[]): Promise<Line>;
  readonly last: Readonly<Record<string, HostileClass | HostileRequest<Line>>>;
}

/** How often each class came to each outcome. */
export type Tally = Map<string, Map<string, number>>;

/** Entries that a relay has to have stored of a document that attackers made, and may have. */
export interface StoredOfAttackers {
  readonly least: number;
  readonly most: number;
}

/** Those who attack a relay together, and what came of it. */
export interface Attackers {
  /** What each class may come to, by its name; the first is the usual one. */
  readonly expected: ReadonlyMap<string, readonly string[]>;
  readonly tally: Tally;
  readonly messages: number;
  readonly connections: number;
  /** Documents that they made. */
  readonly stored: ReadonlyMap<RoomId, StoredOfAttackers>;
  /** Attacks over several connections at once until this many messages were sent and answered. */
  attack(messages: number, atOnce: number): Promise<void>;
}

const standingClasses: readonly [string, HostileClass][] = Object.entries(standing);
const joinClasses: readonly [string, HostileClass][] = Object.entries(joins);
const lateClasses: readonly [string, HostileClass][] = Object.entries(lateJoins);

/** Messages on one connection before the last, which may end it. */
const standingMessages = 24;
/** Of those, joins: below what one connection may do at once. */
const joinsAmongThem = 6;
/** Refs of the messages by which an attacker knows that what came before has been answered. */
const firstMarker = 1_000_000_000;

/** Refusals after which the connection is over (rule R2). */
const closing: ReadonlySet<string> = new Set(['malformed', 'too-large', 'too-fast']);

/** One attack after another, each on a connection of its own. */
export class HostileRun<Line extends AttackLine> implements Attackers {
  readonly tally: Tally = new Map();
  /** Whoever views or is not let in makes none. */
  readonly stored: ReadonlyMap<RoomId, StoredOfAttackers> = new Map();
  messages = 0;
  connections = 0;
  readonly #carrier: Carrier<Line>;
  readonly #last: readonly [string, HostileClass | HostileRequest<Line>][];
  readonly #url: string;
  readonly #viewer: DocumentKeys;
  readonly #seed: number;
  readonly #stranger = deriveKeys(newDocumentSecret());
  readonly #host: string;
  readonly #headers: readonly string[];

  /** `headers` go with every connection. */
  constructor(
    carrier: Carrier<Line>,
    url: string,
    viewer: DocumentKeys,
    seed: number,
    headers: readonly string[] = [],
  ) {
    this.#carrier = carrier;
    this.#last = Object.entries(carrier.last);
    this.#headers = headers;
    this.#url = url;
    this.#host = new URL(url).host;
    this.#viewer = viewer;
    this.#seed = seed;
  }

  get expected(): ReadonlyMap<string, readonly string[]> {
    const all = [...standingClasses, ...joinClasses, ...lateClasses, ...this.#last];
    return new Map(all.map(([name, { expected }]) => [name, expected]));
  }

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
      // Each class has its turn as the last one, of a viewer and of a stranger.
      const turn = Math.floor(number / 2) % this.#last.length;
      const [name = '', last] = this.#last[turn] ?? [];
      if (last === undefined) return;
      if ('make' in last) await this.#send(raw, knows, [[name, last]]);
      else {
        this.#note(name, await last.run(raw, random));
        this.messages += 1;
      }
    } finally {
      raw.close();
    }
  }

  async #greeted(): Promise<{ readonly raw: Line; readonly nonce: Uint8Array }> {
    const raw = await this.#carrier.open(this.#url, this.#headers);
    const [hello] = raw.messages;
    if (hello?.event !== 'hello') throw new Error(`not greeted: ${raw.describe()}`);
    return { raw, nonce: hello.message.nonce };
  }

  #choose(random: Random): readonly [string, HostileClass][] {
    const chosen = Array.from({ length: standingMessages }, () => random.pick(standingClasses));
    for (let i = 0; i < joinsAmongThem; i++) chosen[random.below(chosen.length)] = random.pick(joinClasses);
    return chosen;
  }

  async #joinAsViewer(raw: Line, { viewer, nonce, host }: Knowledge): Promise<void> {
    const terms = { nonce, host, token: '', cursor: undefined, beforeSeq: 0, create: false };
    const join = encodeFrame('join', encodeClientMessage(joinMessage(viewer, terms)));
    raw.bytes(webSocketFrame(opcodes.binary, join));
    const has = (wanted: string) => raw.messages.some(({ event }) => event === wanted);
    const isAnswered = () => has('joined') || has('refused') || raw.closed;
    await waitFor('an answer to the viewer’s join', isAnswered, { seen: () => raw.describe() });
    if (!has('joined')) throw new Error(`the viewer is not let in: ${raw.describe()}`);
  }

  async #joinLate(raw: Line, knows: Knowledge): Promise<void> {
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
  async #send(raw: Line, knows: Knowledge, chosen: readonly [string, HostileClass][]): Promise<void> {
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
    let answers: string[] = [];
    let next = 0;
    for (const { code, ref } of refusals) {
      if (ref !== firstMarker + next) {
        answers.push(code);
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

  #note(name: string, outcome: string): void {
    const outcomes = this.tally.get(name) ?? new Map<string, number>();
    this.tally.set(name, outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1));
  }
}

/** An append that everyone who attacks is refused, with the ref by which the refusal is known. */
export function marker(ref: number): Uint8Array {
  const message = { ref, entry: Uint8Array.of(1) };
  return webSocketFrame(
    opcodes.binary,
    encodeFrame('append', encodeClientMessage({ event: 'append', message })),
  );
}
