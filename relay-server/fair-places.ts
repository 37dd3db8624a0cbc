/** Places that addresses share, each known by its network: when all are taken, whoever holds most makes room for others. */
export class FairPlaces<Holder> {
  readonly #most: number;
  /** The holders of each network, oldest first. */
  readonly #holders = new Map<string, Set<Holder>>();
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get areTaken(): boolean {
    return this.#taken >= this.#most;
  }

  /** Places that a network has. */
  of(network: string): number {
    return this.#holders.get(network)?.size ?? 0;
  }

  /** Counts a holder until it is removed, also where all are taken. */
  add(holder: Holder, network: string): void {
    const holders = this.#holders.get(network) ?? new Set();
    this.#holders.set(network, holders);
    if (!holders.has(holder)) this.#taken += 1;
    holders.add(holder);
  }

  /** Does nothing for one that is not counted. */
  remove(holder: Holder, network: string): void {
    const holders = this.#holders.get(network);
    if (holders?.delete(holder) !== true) return;
    this.#taken -= 1;
    if (holders.size === 0) this.#holders.delete(network);
  }

  /**
   * Who gives up a place for another of this network: the oldest of the network that has most, unless that leaves it with
   * fewer than the other then has.
   */
  giverFor(network: string): Holder | undefined {
    let greediest: ReadonlySet<Holder> | undefined;
    let most = this.of(network) + 1;
    for (const holders of this.#holders.values()) {
      if (holders.size <= most) continue;
      most = holders.size;
      greediest = holders;
    }
    const [oldest] = greediest ?? [];
    return oldest;
  }
}
