import { systemClock } from './clock.ts';
import type { Journal } from './journal.ts';
import { indexedDbJournal } from './journal-indexeddb.ts';
import type { DocumentKeys } from './keys.ts';
import type { User } from './presence-state.ts';
import { Provider, type ProviderOptions } from './provider.ts';
import { socketTransport } from './socket-transport.ts';

/** How a window or browser tab opens a document. */
export interface BrowserOptions {
  readonly keys: DocumentKeys;
  readonly relayUrl: string;
  readonly create: boolean;
  readonly user: User;
  readonly token?: string;
  readonly worker?: NonNullable<ProviderOptions['worker']>;
}

/** Opens a document over IndexedDB and Socket.IO. Where the browser keeps no data, the status says so and nothing is promised. */
export async function openInBrowser(options: BrowserOptions): Promise<Provider> {
  const journal = await indexedDbJournal(options.keys.roomId, () => {}).catch(unkeptJournal);
  const provider = new Provider({ ...options, journal, openTransport: socketTransport, clock: systemClock });
  await provider.loaded;
  return provider;
}

/** Stands in where the browser has no database: each step fails with the reason, which the status shows. */
function unkeptJournal(error: unknown): Journal {
  return {
    load: () => Promise.resolve({ updates: [], outbox: [], cursor: undefined, holes: [] }),
    commit: () => Promise.reject(error instanceof Error ? error : new Error(String(error))),
    close: () => Promise.resolve(),
  };
}
