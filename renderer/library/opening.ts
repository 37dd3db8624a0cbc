import { formatDocumentId, newDocumentSecret } from '../../sync/document-id.ts';
import { deriveKeys } from '../../sync/keys.ts';
import { parseInvitation } from '../../sync/link.ts';
import { bridge } from '../bridge.ts';
import { embeddedRelay } from '../embedded-relay.ts';
import { findDocument, type LibraryDocument, recordDocument } from '../library-store.ts';
import { namedRelay } from '../relay-choice.ts';
import { initialSettings, settings } from '../settings-store.ts';
import { strings } from '../strings.ts';

/** Makes a document, puts it into the library and shows it. It exists here even if its relay cannot be reached now. */
export async function openNew(): Promise<void> {
  const secret = newDocumentSecret();
  const documentId = formatDocumentId(secret);
  const { relay } = settings.value ?? initialSettings;
  await recordDocument(
    {
      roomId: deriveKeys(secret).roomId,
      documentId,
      role: 'edit',
      relay,
      create: true,
      title: '',
      unsaved: 0,
      editedMs: Date.now(),
    },
    {},
  );
  await bridge.call('document:open', { documentId, relay, create: true });
}

/** Opens what a person pasted and answers undefined, or says in a sentence why not. Never makes a document. */
export async function openPasted(text: string): Promise<string | undefined> {
  const parsed = parseInvitation(text);
  if (!parsed.ok) return parsed.reason === 'mistyped' ? strings.library.mistyped : strings.library.notAnId;
  const { documentId, secret, relayUrl } = parsed.invitation;
  const known = await findDocument(deriveKeys(secret).roomId);
  const chosen = (settings.value ?? initialSettings).relay;
  const relay = relayUrl === undefined ? (known?.relay ?? chosen) : namedRelay(relayUrl, embeddedRelay.value);
  const create = known?.create === true && known.documentId === documentId;
  await bridge.call('document:open', { documentId, relay, create });
  return undefined;
}

/** Shows a document of the library. */
export async function openListed(listed: LibraryDocument): Promise<void> {
  const { documentId, relay, create } = listed;
  await bridge.call('document:open', { documentId, relay, create });
}
