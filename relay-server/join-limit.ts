import type { Addresses } from './addresses.ts';
import type { Clock } from './clock.ts';
import { TokenBucket } from './rate-limit.ts';

/** Joins of one connection: a client joins again after a refusal or a damaged stream. Each tells the whole room that a member left. */
export const joinPace = { perSecond: 1, burst: 20 } as const;

/** How often one connection may join, and how many documents it may make, together with the others of its address. */
export class JoinLimit {
  readonly #addresses: Addresses;
  readonly #address: string;
  readonly #clock: Clock;
  readonly #joins: TokenBucket;

  constructor(addresses: Addresses, address: string, clock: Clock) {
    this.#addresses = addresses;
    this.#address = address;
    this.#clock = clock;
    this.#joins = new TokenBucket(joinPace, clock.now());
  }

  /** Takes one join, before its proof is looked at. */
  takeJoin(): boolean {
    return this.#joins.take(1, this.#clock.now()) && this.#addresses.takeJoin(this.#address);
  }

  /** Takes one new document. */
  takeDocument(): boolean {
    return this.#addresses.takeDocument(this.#address);
  }
}
