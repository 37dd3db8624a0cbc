import { signal } from '@preact/signals';
import { isLoopback } from '../sync/link.ts';
import { bridge, type EmbeddedRelay, isDesktop, type RelayChoice } from './bridge.ts';
import { strings } from './strings.ts';

/** The relay of this computer (in a browser: of this page) as the main process last told. */
export const embeddedRelay = signal<EmbeddedRelay>({ state: 'starting' });

/** Asks for the relay's state and follows it from then on. */
export async function followEmbeddedRelay(): Promise<void> {
  bridge.on('relay:changed', (news) => {
    embeddedRelay.value = news;
  });
  embeddedRelay.value = await bridge.call('relay:get', null);
}

/** Where this window reaches a relay; undefined while the computer's own is not running. */
export function relayUrl(choice: RelayChoice): string | undefined {
  if (choice !== 'local') return choice.url;
  const relay = embeddedRelay.value;
  return relay.state === 'running' ? relay.url : undefined;
}

/** The address that belongs into links: one that others can reach, if there is one. */
export function sharedUrl(choice: RelayChoice): string | undefined {
  const relay = embeddedRelay.value;
  const network = relay.state === 'running' && relay.networkOpen ? relay.networkUrls[0] : undefined;
  return choice === 'local' && network !== undefined ? network : relayUrl(choice);
}

/** Whether only people on this computer can reach a document that is kept there. */
export function isOnlyHere(choice: RelayChoice): boolean {
  const url = sharedUrl(choice);
  return url === undefined || isLoopback(url);
}

/** What people are told a relay is called: its host, or "this computer". */
export function relayName(choice: RelayChoice): string {
  if (choice !== 'local') return hostOf(choice.url);
  return isDesktop ? strings.relay.here : hostOf(window.location.origin);
}

/** Host and port, as people are told where something is. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

/** Stands for the computer's own relay until it says where it listens: a port on which nothing answers. */
export const nowhere = 'http://127.0.0.1:1';
