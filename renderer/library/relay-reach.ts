import { effect, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { isDesktop, type RelayChoice } from '../bridge.ts';
import { embeddedRelay, relayUrl } from '../embedded-relay.ts';

/** Whether the chosen relay answers. */
export type RelayReach =
  | { readonly state: 'starting' }
  | { readonly state: 'asking' }
  | { readonly state: 'ready' }
  | { readonly state: 'unreachable' }
  | { readonly state: 'failed'; readonly message: string };

/** What was last found out about the chosen relay. */
export const relayReach = signal<RelayReach>({ state: 'asking' });

/** Time between two questions; a person who has just plugged in the cable waits no longer than this for the word to change. */
const askAgainMs = 10_000;

/** Keeps `relayReach` true while the component is shown: by asking the relay, or from the main process for its own. */
export function useRelayReach(choice: RelayChoice): void {
  useEffect(() => {
    relayReach.value = { state: 'asking' };
    return effect(() => {
      const relay = embeddedRelay.value;
      if (choice === 'local' && relay.state !== 'running') {
        relayReach.value =
          relay.state === 'failed' ? { state: 'failed', message: relay.message } : { state: 'starting' };
        return;
      }
      if (choice === 'local' && isDesktop) {
        relayReach.value = { state: 'ready' };
        return;
      }
      return askRepeatedly(relayUrl(choice) ?? '');
    });
  }, [choice]);
}

function askRepeatedly(url: string): () => void {
  const stop = new AbortController();
  const ask = async () => {
    // Any answer will do, also one that this page may not read.
    const answered = await fetch(url, {
      method: 'HEAD',
      mode: 'no-cors',
      cache: 'no-store',
      signal: stop.signal,
    }).then(
      () => true,
      () => false,
    );
    if (!stop.signal.aborted) relayReach.value = { state: answered ? 'ready' : 'unreachable' };
  };
  void ask();
  const timer = window.setInterval(() => void ask(), askAgainMs);
  const askNow = () => void ask();
  window.addEventListener('online', askNow);
  window.addEventListener('offline', askNow);
  return () => {
    stop.abort();
    window.clearInterval(timer);
    window.removeEventListener('online', askNow);
    window.removeEventListener('offline', askNow);
  };
}
