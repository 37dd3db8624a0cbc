import { join } from 'node:path';
import { systemClock } from './clock.ts';
import { formatDocumentId, newDocumentSecret } from './document-id.ts';
import { levelDbJournal } from './journal-leveldb.ts';
import { memoryJournal } from './journal-memory.ts';
import { deriveKeys } from './keys.ts';
import { parseInvitation } from './link.ts';
import { Provider } from './provider.ts';
import { socketTransport } from './socket-transport.ts';

/** How a script opens a document. */
export interface OpenDocumentOptions {
  /** A document ID, or a link, which names its relay. `new` makes a new document. */
  readonly document: string;
  /** Origin of the relay, such as `http://127.0.0.1:4040`; not needed with a link. */
  readonly relayUrl?: string;
  /** Folder for journals; without one the copy lives as long as the process. */
  readonly journalFolder?: string;
  /** Name shown to others. */
  readonly name?: string;
  /** Access token of a private relay. */
  readonly token?: string;
}

/**
 * Opens a document from Node: edit `provider.text`, wait for `whenLive()` and `whenSaved()`, then `close()`. Throws with
 * a sentence when the ID is mistyped or no relay is named.
 */
export async function openDocument(options: OpenDocumentOptions): Promise<Provider> {
  const isNew = options.document === 'new';
  const invitation = parseInvitation(isNew ? formatDocumentId(newDocumentSecret()) : options.document);
  if (!invitation.ok) {
    const reason = invitation.reason === 'mistyped' ? 'has a typing error' : 'is no document ID or link';
    throw new Error(`${options.document} ${reason}`);
  }
  const relayUrl = options.relayUrl ?? invitation.invitation.relayUrl;
  if (relayUrl === undefined) throw new Error('name a relay: a document ID alone does not');
  const keys = deriveKeys(invitation.invitation.secret);
  const { journalFolder, token } = options;
  const provider = new Provider({
    keys,
    relayUrl,
    create: isNew,
    user: { name: options.name ?? 'Script', color: 0 },
    ...(token === undefined ? {} : { token }),
    journal:
      journalFolder === undefined ? memoryJournal() : await levelDbJournal(join(journalFolder, keys.roomId)),
    openTransport: socketTransport,
    clock: systemClock,
  });
  await provider.loaded.catch(async (error: unknown) => {
    await provider.close();
    throw error;
  });
  return provider;
}

export type { Provider } from './provider.ts';
export type { Status } from './status.ts';
