import { networkOf } from './addresses.ts';
import { FairPlaces } from './fair-places.ts';
import type { Member } from './member.ts';
import type { RelayConfig } from './relay-config.ts';

/** The connections of a relay: how many there are, of whom, and which of them have not joined. */
export class Connections {
  readonly #config: RelayConfig;
  /** Each with the network it is counted for. */
  readonly #networks = new Map<Member, string>();
  readonly #perNetwork = new Map<string, number>();
  readonly #unjoined: FairPlaces<Member>;

  constructor(config: RelayConfig) {
    this.#config = config;
    this.#unjoined = new FairPlaces(config.maxUnjoined);
  }

  get all(): readonly Member[] {
    return [...this.#networks.keys()];
  }

  /** Takes a new connection, or says that there is no place for it. Where too many have not joined, another may lose its own. */
  add(member: Member): boolean {
    const network = networkOf(member.link.remoteAddress);
    const { maxConnections, connectionsPerAddress, unjoinedPerAddress } = this.#config;
    const here = this.#perNetwork.get(network) ?? 0;
    if (this.#networks.size >= maxConnections || here >= connectionsPerAddress) return false;
    if (this.#unjoined.of(network) >= unjoinedPerAddress) return false;
    if (this.#unjoined.areTaken) {
      const giver = this.#unjoined.giverFor(network);
      if (giver === undefined) return false;
      giver.refuseAndClose('too-busy', 'too many of this address have not joined while others wait');
    }
    this.#networks.set(member, network);
    this.#perNetwork.set(network, here + 1);
    this.#unjoined.add(member, network);
    return true;
  }

  /** Notes whether it has joined now. */
  moved(member: Member): void {
    const network = this.#networks.get(member);
    if (network === undefined) return;
    if (member.joined) this.#unjoined.remove(member, network);
    else this.#unjoined.add(member, network);
  }

  /** Does nothing for one that had no place. */
  remove(member: Member): void {
    const network = this.#networks.get(member);
    if (network === undefined) return;
    this.#networks.delete(member);
    this.#unjoined.remove(member, network);
    const left = (this.#perNetwork.get(network) ?? 1) - 1;
    if (left > 0) this.#perNetwork.set(network, left);
    else this.#perNetwork.delete(network);
  }
}
