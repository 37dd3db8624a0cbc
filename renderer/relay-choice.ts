import type { EmbeddedRelay, RelayChoice } from './bridge.ts';

/**
 * The relay at an address: this computer's own by any address it has now, since those change with the network and the
 * word 'local' does not.
 */
export function namedRelay(url: string, own: EmbeddedRelay): RelayChoice {
  const isOwn = own.state === 'running' && (own.url === url || own.networkUrls.includes(url));
  return isOwn ? 'local' : { url };
}
