import { type DocumentSecret, parseDocumentId } from '../sync/document-id.ts';
import { parseRelayAddress } from '../sync/link.ts';
import type { OpenTarget, RelayChoice } from './bridge.ts';

/** What a window shows. `pasted` is an address that named no document; it goes into the library's field. */
export type Place =
  | { readonly page: 'library'; readonly pasted: string | undefined }
  | { readonly page: 'document'; readonly target: OpenTarget; readonly secret: DocumentSecret };

/** Reads what stands behind the `#` of the page's address. Only a well-formed document ID leads to a document. */
export function parsePlace(hash: string): Place {
  const text = hash.replace(/^#/, '');
  if (text === '') return { page: 'library', pasted: undefined };
  const [documentId = '', query = ''] = text.split('?', 2);
  const parsed = parseDocumentId(documentId);
  const parameters = new URLSearchParams(query);
  const relay = parseRelayChoice(parameters.get('relay'));
  if (!parsed.ok || relay === undefined) return { page: 'library', pasted: documentId };
  const create = parameters.get('create') === '1' && parsed.secret.role === 'edit';
  return { page: 'document', target: { documentId, relay, create }, secret: parsed.secret };
}

function parseRelayChoice(text: string | null): RelayChoice | undefined {
  if (text === null || text === 'local') return 'local';
  const url = parseRelayAddress(text);
  return url === undefined ? undefined : { url };
}
