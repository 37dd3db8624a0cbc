import { type DocumentSecret, type NotAnId, parseDocumentId } from './document-id.ts';

/** What a pasted text names: a document, and its relay if the text is a link. `relayUrl` is an origin such as `https://host:4040`. */
export interface Invitation {
  readonly documentId: string;
  readonly secret: DocumentSecret;
  readonly relayUrl: string | undefined;
}

/** Reads a document ID, an `inkroom:` link or a web link, as pasted. */
export function parseInvitation(
  text: string,
): { readonly ok: true; readonly invitation: Invitation } | { readonly ok: false; readonly reason: NotAnId } {
  const { documentId, relayUrl } = splitLink(text.trim());
  const parsed = parseDocumentId(documentId);
  if (!parsed.ok) return parsed;
  return { ok: true, invitation: { documentId, secret: parsed.secret, relayUrl } };
}

/** The link that opens the desktop app: `inkroom://host:port/ID`, with `?plain` where the relay has no TLS. */
export function appLink(relayUrl: string, documentId: string): string {
  const relay = new URL(relayUrl);
  return `inkroom://${relay.host}/${documentId}${relay.protocol === 'http:' ? '?plain' : ''}`;
}

/** The link that opens in a browser; what follows the `#` is not sent to the server. */
export function webLink(relayUrl: string, documentId: string): string {
  return `${new URL(relayUrl).origin}/#${documentId}`;
}

/** The origin for an address a person typed, `https://` assumed except for this computer; undefined when it is none. */
export function parseRelayAddress(text: string): string | undefined {
  const trimmed = text.trim();
  const address = /^https?:\/\//i.test(trimmed)
    ? trimmed
    : `${isLoopback(trimmed) ? 'http' : 'https'}://${trimmed}`;
  if (trimmed === '' || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  // Browsers escape what cannot be in a host name where Node refuses it.
  const isHost = /^(?:[\w.-]+|\[[\da-f:.]+\])$/i.test(url.hostname);
  return isHost && url.username === '' ? url.origin : undefined;
}

/** Whether an origin or host is reachable from its own computer only. */
export function isLoopback(address: string): boolean {
  return /^(?:https?:\/\/)?(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?\/?$/i.test(address.trim());
}

function splitLink(text: string): { documentId: string; relayUrl: string | undefined } {
  const app = /^inkroom:\/\/([^/?#]+)\/([^/?#]+)\/?(\?plain)?$/i.exec(text);
  if (app?.[1] !== undefined && app[2] !== undefined) {
    const relayUrl = `${app[3] === undefined ? 'https' : 'http'}://${app[1]}`;
    return { documentId: app[2], relayUrl: parseRelayAddress(relayUrl) };
  }
  const web = /^(https?:\/\/[^/?#]+)\/?#([^?]+)/i.exec(text);
  if (web?.[1] !== undefined && web[2] !== undefined)
    return { documentId: web[2], relayUrl: parseRelayAddress(web[1]) };
  return { documentId: text, relayUrl: undefined };
}
