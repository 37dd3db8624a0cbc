import { effect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { bridge, type OpenTarget } from '../bridge.ts';
import { relayUrl } from '../embedded-relay.ts';
import { initialSettings, settings } from '../settings-store.ts';
import type { DocumentSession } from './document-session.ts';
import { tellIdle } from './idle-presence.ts';

/** Passes on to the provider what changes while the document is open: name and colour, the relay's address, the network. */
export function useFollowing(session: DocumentSession | undefined, target: OpenTarget): void {
  useEffect(() => {
    if (session === undefined) return;
    const reconnect = () => session.provider.peek()?.reconnectNow();
    window.addEventListener('online', reconnect);
    let lastUrl = relayUrl(target.relay);
    const stops = [
      () => window.removeEventListener('online', reconnect),
      bridge.on('network:back', reconnect),
      effect(() => {
        const { name, color } = settings.value ?? initialSettings;
        session.provider.value?.setUser({ name, color });
      }),
      effect(() => session.provider.value && tellIdle(session.provider.value.awareness)),
      effect(() => {
        const url = relayUrl(target.relay);
        const provider = session.provider.value;
        if (url === undefined || provider === undefined || url === lastUrl) return;
        lastUrl = url;
        provider.setRelayUrl(url);
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [session, target]);
}
