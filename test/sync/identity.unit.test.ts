import { describe, expect, it } from 'vitest';
import { toHex } from '../../protocol/ids.ts';
import { formatDocumentId, newDocumentSecret, parseDocumentId } from '../../sync/document-id.ts';
import { deriveKeys } from '../../sync/keys.ts';
import { appLink, parseInvitation, parseRelayAddress, webLink } from '../../sync/link.ts';

const known = { role: 'edit', editSecret: Uint8Array.from({ length: 16 }, (_, i) => i) } as const;
const base58Letters = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

describe('document IDs', () => {
  it('[X2] an ID reads back as the secret it was made of', () => {
    const secret = newDocumentSecret();
    expect(parseDocumentId(` ${formatDocumentId(secret)}\n`)).toEqual({ ok: true, secret });
    const viewId = deriveKeys(secret).viewId;
    const view = parseDocumentId(viewId);
    expect(view.ok && formatDocumentId(view.secret)).toBe(viewId);
  });

  it('[X2] every single mistyped letter is found by the checksum', () => {
    const id = formatDocumentId(known);
    for (let at = 1; at < id.length; at++) {
      for (const letter of base58Letters) {
        if (letter === id[at]) continue;
        const mistyped = id.slice(0, at) + letter + id.slice(at + 1);
        expect(parseDocumentId(mistyped), mistyped).toEqual({ ok: false, reason: 'mistyped' });
      }
    }
  });

  it('[X2] the letter of the kind cannot be changed', () => {
    const id = formatDocumentId(known);
    expect(parseDocumentId(`v${id.slice(1)}`).ok).toBe(false);
  });

  it('a text of another form is told apart from a mistyped ID', () => {
    for (const text of ['', 'hello', 'e', 'https://example.org', 'e0OIl'.repeat(6), `e${'1'.repeat(500)}`]) {
      expect(parseDocumentId(text), text).toEqual({ ok: false, reason: 'not-an-id' });
    }
  });
});

describe('keys', () => {
  it('[X1] are the ones of this version, for ever', () => {
    const keys = deriveKeys(known);
    expect(keys.roomId).toBe('d6cbad8bfc9bd6545941735f77c870b8');
    expect(keys.editId).toBe('e1Bhh3pU9gLXZiNDL6PEZxtrAqy');
    expect(keys.viewId).toBe('vs1YnQDiqtvx2g4kfhSd7GNc4CDjUjfxkm9nNY9THPm69xeNKn');
    expect(toHex(keys.contentKey)).toBe('ff46baab6ca9df68b18b1d76fba654d8fb8524e445ac1219a1b7935d2d89f5ff');
  });

  it('[G6] a view ID opens the same room with the same content key and no edit key', () => {
    const editor = deriveKeys(known);
    const parsed = parseDocumentId(editor.viewId);
    if (!parsed.ok) throw new Error(parsed.reason);
    const viewer = deriveKeys(parsed.secret);
    expect(viewer.roomId).toBe(editor.roomId);
    expect(viewer.contentKey).toEqual(editor.contentKey);
    expect(viewer.role).toBe('view');
    expect(viewer.editId).toBeUndefined();
    expect(viewer.memberKeys).not.toHaveProperty('editPublicKey');
    const nonce = new Uint8Array(32);
    expect(viewer.prove(nonce, 'host')).not.toEqual(editor.prove(nonce, 'host'));
  });
});

describe('links', () => {
  const id = formatDocumentId(known);

  it('an app link and a web link name the document, the host, the port and whether it is TLS', () => {
    for (const relayUrl of ['https://relay.example.org', 'http://192.168.1.5:4040']) {
      for (const link of [appLink(relayUrl, id), webLink(relayUrl, id)]) {
        expect(parseInvitation(link), link).toMatchObject({
          ok: true,
          invitation: { documentId: id, relayUrl },
        });
      }
    }
    expect(parseInvitation(id)).toMatchObject({
      ok: true,
      invitation: { documentId: id, relayUrl: undefined },
    });
  });

  it('a link with a mistyped ID is refused', () => {
    const mistyped = `${id.slice(0, -1)}${id.endsWith('2') ? '3' : '2'}`;
    expect(parseInvitation(webLink('https://relay.example.org', mistyped))).toEqual({
      ok: false,
      reason: 'mistyped',
    });
  });

  it('a typed address becomes an origin, with TLS except on this computer', () => {
    expect(parseRelayAddress(' relay.example.org ')).toBe('https://relay.example.org');
    expect(parseRelayAddress('localhost:4040')).toBe('http://localhost:4040');
    expect(parseRelayAddress('http://10.0.0.2:4040/path')).toBe('http://10.0.0.2:4040');
    expect(parseRelayAddress('not a host')).toBeUndefined();
    expect(parseRelayAddress('https://user:secret@example.org')).toBeUndefined();
    expect(parseRelayAddress('')).toBeUndefined();
  });
});
