import type { RoomId } from '../protocol/ids.ts';
import { systemClock } from './clock.ts';
import { indexedDbJournal } from './journal-indexeddb.ts';
import { memoryJournal } from './journal-memory.ts';
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
  readonly personId: string;
  readonly token?: string;
  readonly worker?: NonNullable<ProviderOptions['worker']>;
}

/**
 * Opens a document over IndexedDB and Socket.IO. Where the browser keeps no data the document works from memory and the
 * status says that nothing is kept on this computer.
 */
export async function openInBrowser(options: BrowserOptions): Promise<Provider> {
  const kept = await openJournal(options.keys.roomId);
  const provider = new Provider({ ...options, ...kept, openTransport: socketTransport, clock: systemClock });
  await provider.loaded;
  return provider;
}

async function openJournal(roomId: RoomId): Promise<Pick<ProviderOptions, 'journal' | 'journalTrouble'>> {
  try {
    return { journal: await indexedDbJournal(roomId) };
  } catch (error) {
    return {
      journal: memoryJournal(),
      journalTrouble: error instanceof Error ? error.message : String(error),
    };
  }
}
