import { isIP } from 'node:net';
import type { Clock } from './clock.ts';
import { FloodTurns } from './flood-turns.ts';
import { type Rate, RateLimit, TokenBucket } from './rate-limit.ts';

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

interface Address {
  sessions: number;
  uploads: number;
  readonly tcp: TokenBucket;
  readonly arrivals: TokenBucket;
  readonly joins: TokenBucket;
  readonly documents: TokenBucket;
  readonly messages: RateLimit;
  readonly floodTurns: FloodTurns;
}

/** Addresses that may be remembered without being connected, about 300 bytes each; beyond, the oldest are forgotten. */
export const maxRemembered = 50_000;

/** What each address has open and has done lately. Addresses are those of clients; an IPv6 network of 64 bits is one. */
export class Addresses {
  readonly #limits: AddressLimits;
  readonly #clock: Clock;
  readonly #addresses = new Map<string, Address>();
  #sweepAt = 1024;

  constructor(limits: AddressLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#addresses.size;
  }

  /** Whether one more connection of TCP may begin there: a member over polling, or a page of the web client, makes a few. */
  admitTcp(of: string): boolean {
    return this.#address(of).tcp.takeIfThere(1, this.#clock.now());
  }

  /** Whether one more connection may begin there. */
  admitSession(of: string): boolean {
    const { connectionsPerAddress, unjoinedPerAddress } = this.#limits;
    const address = this.#address(of);
    if (address.sessions >= connectionsPerAddress + unjoinedPerAddress) return false;
    return address.arrivals.takeIfThere(1, this.#clock.now());
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

  /** When connections there that flood are listened to again; for as long as one of them is open. */
  floodTurnsOf(of: string): FloodTurns {
    return this.#address(of).floodTurns;
  }

  /** Whether one more document may be made. */
  takeDocument(of: string): boolean {
    return this.#address(of).documents.takeIfThere(1, this.#clock.now());
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
      tcp: new TokenBucket({ perSecond: 2 * joinsPerSecond, burst: 2 * connectionsPerAddress }, now),
      arrivals: new TokenBucket(arrival, now),
      joins: new TokenBucket(arrival, now),
      documents: new TokenBucket({ perSecond: documentsPerMinute / 60, burst: documentBurst }, now),
      messages: new RateLimit(timesAsMuch(this.#limits.rate), now),
      floodTurns: new FloodTurns(),
    };
    this.#addresses.set(network, address);
    return address;
  }

  /** Forgets addresses that are as if they had never been here; where that is not enough, those that are not connected. */
  #sweep(): void {
    const now = this.#clock.now();
    const mostKept = this.#addresses.size >= maxRemembered ? maxRemembered / 2 : maxRemembered;
    const idle = [...this.#addresses].filter(([, { sessions, uploads }]) => sessions + uploads === 0);
    for (const [network, { tcp, arrivals, joins, documents, messages }] of idle) {
      const isFresh = [tcp, arrivals, joins, documents, messages].every((bucket) => bucket.isFull(now));
      if (isFresh || this.#addresses.size > mostKept) this.#addresses.delete(network);
    }
    this.#sweepAt = Math.min(maxRemembered, Math.max(1024, 2 * this.#addresses.size));
  }
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
