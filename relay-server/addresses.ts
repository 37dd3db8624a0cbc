import { isIP } from 'node:net';
import { ArrivalTurns } from './arrival-turns.ts';
import type { Clock } from './clock.ts';
import { FloodTurns } from './flood-turns.ts';
import { PaceWarning } from './pace-warning.ts';
import { type Pace, type Rate, RateLimit, TokenBucket } from './rate-limit.ts';

/** What all connections of one address may do together. Offices share an address, so each is far above what one person does. */
export interface AddressLimits {
  readonly connectionsPerAddress: number;
  readonly unjoinedPerAddress: number;
  readonly uploadsPerAddress: number;
  /** Connections, and also joins, over time; at once as many as `connectionsPerAddress`. */
  readonly joinsPerSecond: number;
  readonly documentsPerMinute: number;
  readonly documentBurst: number;
  /** Of one connection; an address may send `connectionsWorth` times that. */
  readonly rate: Rate;
}

/** So many connections at full speed fill an address's share: otherwise each new connection would begin with a fresh burst. */
export const connectionsWorth = 2;

/** When what one address sends is looked at, beyond what people do. */
export interface AddressTurns {
  /** Of new connections and joins. */
  readonly arrivals: ArrivalTurns;
  /** Of uploads: each makes, syncs and renames a file. */
  readonly uploadTurns: ArrivalTurns;
  /** Of connections that flood. */
  readonly floods: FloodTurns;
  /** Refusals after which a connection floods: whoever is refused joins again first, so people get about one for a join. */
  readonly refusals: TokenBucket;
}

interface Address extends AddressTurns {
  sessions: number;
  uploads: number;
  readonly tcp: TokenBucket;
  /** Connections of TCP that were ended for their pace. */
  tcpEnded: number;
  readonly sessionPace: TokenBucket;
  readonly joins: TokenBucket;
  readonly documents: TokenBucket;
  readonly messages: RateLimit;
}

/** Addresses that may be remembered without being connected, about 1 kB each; beyond, the oldest are forgotten. */
export const maxRemembered = 50_000;

/** What each address has open and has done lately. Addresses are those of clients; an IPv6 network of 64 bits is one. */
export class Addresses {
  readonly #limits: AddressLimits;
  readonly #clock: Clock;
  readonly #paceWarning: PaceWarning;
  readonly #addresses = new Map<string, Address>();
  #sweepAt = 1024;

  constructor(limits: AddressLimits, clock: Clock, warn: (line: string) => void = () => {}) {
    this.#limits = limits;
    this.#clock = clock;
    this.#paceWarning = new PaceWarning(clock, warn);
  }

  /** How many are remembered. */
  get size(): number {
    return this.#addresses.size;
  }

  /** Whether one more connection of TCP may begin there. */
  admitTcp(of: string): boolean {
    const address = this.#address(of);
    if (address.tcp.takeIfThere(1, this.#clock.now())) return true;
    this.#tcpEnded(of);
    return false;
  }

  /** Whether one more connection may begin there. */
  admitSession(of: string): boolean {
    const { connectionsPerAddress, unjoinedPerAddress } = this.#limits;
    const address = this.#address(of);
    if (address.sessions >= connectionsPerAddress + unjoinedPerAddress) return false;
    return address.sessionPace.takeIfThere(1, this.#clock.now());
  }

  /** Counts a connection until the returned function is called. */
  openSession(of: string): () => void {
    const address = this.#address(of);
    address.sessions += 1;
    return () => {
      address.sessions -= 1;
    };
  }

  /** Whether one more join may be looked at; each costs the check of a signature. */
  takeJoin(of: string): boolean {
    return this.#address(of).joins.takeIfThere(1, this.#clock.now());
  }

  /** What counts the messages of all connections there; for as long as one of them is open. */
  messagesOf(of: string): RateLimit {
    return this.#address(of).messages;
  }

  /** When what comes from there is looked at; for as long as one of its connections is open. */
  turnsOf(of: string): AddressTurns {
    return this.#address(of);
  }

  /** Whether one more document may be made. */
  takeDocument(of: string): boolean {
    return this.#address(of).documents.takeIfThere(1, this.#clock.now());
  }

  /** Whether a connection that has come is refused, and no more asked about. */
  refusesTcp(of: string): boolean {
    if (this.#address(of).tcp.has(1, this.#clock.now())) return false;
    this.#tcpEnded(of);
    return true;
  }

  /** A client made the server do what no answer was waited for: it counts as many connections of TCP. */
  chargeTcp(of: string): void {
    this.#address(of).tcp.owe(unansweredWorth, mostOwed, this.#clock.now());
  }

  /** Counts an upload until the returned function is called; undefined where there are too many. */
  openUpload(of: string): (() => void) | undefined {
    const address = this.#address(of);
    if (address.uploads >= this.#limits.uploadsPerAddress) return undefined;
    address.uploads += 1;
    return () => {
      address.uploads -= 1;
    };
  }

  #tcpEnded(of: string): void {
    const address = this.#address(of);
    address.tcpEnded += 1;
    this.#paceWarning.ended(networkOf(of), address.tcpEnded);
  }

  #address(of: string): Address {
    const network = networkOf(of);
    const known = this.#addresses.get(network);
    if (known !== undefined) return known;
    if (this.#addresses.size >= this.#sweepAt) this.#sweep();
    const { connectionsPerAddress, joinsPerSecond, documentsPerMinute, documentBurst } = this.#limits;
    const now = this.#clock.now();
    const arrival = { perSecond: joinsPerSecond, burst: connectionsPerAddress };
    const address = {
      sessions: 0,
      uploads: 0,
      tcp: new TokenBucket(tcpPace(this.#limits), now),
      tcpEnded: 0,
      sessionPace: new TokenBucket(arrival, now),
      joins: new TokenBucket(arrival, now),
      documents: new TokenBucket({ perSecond: documentsPerMinute / 60, burst: documentBurst }, now),
      messages: new RateLimit(timesAsMuch(this.#limits.rate), now),
      arrivals: new ArrivalTurns(arrivalPace(joinsPerSecond), this.#clock),
      uploadTurns: new ArrivalTurns(uploadPace, this.#clock),
      floods: new FloodTurns(),
      refusals: new TokenBucket(refusalPace(joinsPerSecond), now),
    };
    this.#addresses.set(network, address);
    return address;
  }

  /** Forgets addresses that are as if they had never been here; where that is not enough, those that are not connected. */
  #sweep(): void {
    const now = this.#clock.now();
    const mostKept = this.#addresses.size >= maxRemembered ? maxRemembered / 2 : maxRemembered;
    const idle = [...this.#addresses].filter(([, { sessions, uploads }]) => sessions + uploads === 0);
    for (const [network, { arrivals, uploadTurns, ...address }] of idle) {
      const { tcp, sessionPace, joins, documents, messages, refusals } = address;
      const paces = [tcp, sessionPace, joins, documents, messages, refusals];
      const turns = [arrivals, uploadTurns];
      const isFresh = turns.every((each) => each.isFresh(now)) && paces.every((bucket) => bucket.isFull(now));
      if (isFresh || this.#addresses.size > mostKept) this.#addresses.delete(network);
    }
    this.#sweepAt = Math.min(maxRemembered, Math.max(1024, 2 * this.#addresses.size));
  }
}

/** People of one address who may connect and join in a second, or as many as the option says where that is more. */
const leastPeoplePerSecond = 100;

/** A connection and a join each: an office of two hundred is in after a second. */
export function arrivalPace(joinsPerSecond: number): Pace {
  const perSecond = 2 * Math.max(leastPeoplePerSecond, joinsPerSecond);
  return { perSecond, burst: perSecond };
}

/** Of an address: large pastes, and the documents of one who publishes a library. Beyond, an upload is stored later. */
export const uploadPace: Pace = { perSecond: 20, burst: 32 };

/**
 * Who sends request after request without waiting for answers costs the relay as much as so many that say nothing. Of them ten are owed at
 * most: others of that address connect again after five seconds.
 */
export const unansweredWorth = 100;
export const mostOwed = 10 * unansweredWorth;

/** A page of the web client, or a member over polling, has a few. */
export function tcpPace({ joinsPerSecond, connectionsPerAddress }: AddressLimits): Pace {
  return { perSecond: 2 * Math.max(leastPeoplePerSecond, joinsPerSecond), burst: 2 * connectionsPerAddress };
}

/** One for each join, and at once more than makes one connection flood. Whoever gets more is read more slowly, and loses nothing. */
export function refusalPace(joinsPerSecond: number): Pace {
  const perSecond = Math.max(leastPeoplePerSecond, joinsPerSecond);
  return { perSecond, burst: 3 * perSecond };
}

function timesAsMuch({ messagesPerSecond, messageBurst, bytesPerSecond, byteBurst }: Rate): Rate {
  return {
    messagesPerSecond: connectionsWorth * messagesPerSecond,
    messageBurst: connectionsWorth * messageBurst,
    bytesPerSecond: connectionsWorth * bytesPerSecond,
    byteBurst: connectionsWorth * byteBurst,
  };
}

/** The address, or of an IPv6 one the 64 bits that a provider gives to one customer. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [before = '', after] = (address.split('%', 1)[0] ?? '').split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const head = groups(before);
  const tail = groups(after ?? '');
  const zeros = Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0');
  return [...head, ...zeros, ...tail].slice(0, 4).join(':');
}
