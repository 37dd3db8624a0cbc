import { BlockList, isIP } from 'node:net';

/** Tells where clients are whose connection comes through proxies of the operator. */
export class ClientAddresses {
  readonly #proxies = new BlockList();

  /** Proxies that are believed: addresses, or networks as `ADDRESS/BITS`. */
  constructor(trustedProxies: readonly string[]) {
    for (const proxy of trustedProxies) {
      const [address = '', bits] = proxy.split('/');
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      if (bits === undefined) this.#proxies.addAddress(address, family);
      else this.#proxies.addSubnet(address, Number(bits), family);
    }
  }

  /**
   * The address of the client: of the connection, unless that is a trusted proxy. Then the last one in `X-Forwarded-For` that
   * is not; what stands before it came from the client, who may write anything there.
   */
  of(connectedFrom: string, forwardedFor: string | readonly string[] | undefined): string {
    let address = plainAddress(connectedFrom);
    for (const hop of [forwardedFor ?? []].flat().join(',').split(',').reverse()) {
      const before = plainAddress(hop.trim());
      if (!this.#trusts(address) || isIP(before) === 0) return address;
      address = before;
    }
    return address;
  }

  /** Whether connections from here are a trusted proxy's. */
  isProxy(connectedFrom: string): boolean {
    return this.#trusts(plainAddress(connectedFrom));
  }

  #trusts(address: string): boolean {
    return isIP(address) !== 0 && this.#proxies.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
}

/** An IPv4 address that a socket for both families gives as `::ffff:127.0.0.1`, as itself. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/iu, '');
}
