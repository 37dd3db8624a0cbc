import { contextBridge, ipcRenderer } from 'electron';
import type { Bridge, BridgeCalls, BridgeEvents } from './bridge.ts';

/** Channels a page may use; the type makes this list complete, and anything else is refused before it leaves the page. */
const calls: { readonly [Channel in keyof BridgeCalls]: true } = {
  'document:open': true,
  'document:state': true,
  'link:open': true,
  'file:open': true,
  'file:save': true,
  'switches:state': true,
  'spelling:get': true,
  'library:show': true,
  'relay:get': true,
  'relay:network': true,
};
const events: { readonly [Channel in keyof BridgeEvents]: true } = {
  'relay:changed': true,
  'spelling:changed': true,
  'link:opened': true,
  'menu:command': true,
  'network:back': true,
};

/** News kept per channel until the page's script listens; a page starts within this many. */
const maxEarlyNews = 16;

type Listener = (news: unknown) => void;

const listeners = new Map<string, Set<Listener>>();
const earlyNews = new Map<string, unknown[]>();

for (const channel of Object.keys(events)) {
  ipcRenderer.on(channel, (_event, news: unknown) => {
    const listening = listeners.get(channel);
    if (listening !== undefined) {
      for (const listener of [...listening]) listener(news);
      return;
    }
    earlyNews.set(channel, [...(earlyNews.get(channel) ?? []), news].slice(-maxEarlyNews));
  });
}

const bridge: Bridge = {
  call: (channel, argument) => {
    if (!Object.hasOwn(calls, channel)) return Promise.reject(new Error(`No such call: ${String(channel)}`));
    return ipcRenderer.invoke(channel, argument);
  },
  on: (channel, listener) => {
    if (!Object.hasOwn(events, channel)) throw new Error(`No such news: ${String(channel)}`);
    return listen(channel, listener as Listener);
  },
};

function listen(channel: string, listener: Listener): () => void {
  const own: Listener = (news) => listener(news);
  const listening = listeners.get(channel) ?? new Set();
  listeners.set(channel, listening.add(own));
  const early = earlyNews.get(channel) ?? [];
  earlyNews.delete(channel);
  for (const news of early) own(news);
  return () => {
    listening.delete(own);
    if (listening.size === 0) listeners.delete(channel);
  };
}

contextBridge.exposeInMainWorld('inkroom', bridge);
