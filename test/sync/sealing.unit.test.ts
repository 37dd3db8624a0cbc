import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { deflateSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { concat } from '../../protocol/codec.ts';
import { roomIdToBytes } from '../../protocol/ids.ts';
import { inflateBounded } from '../../sync/deflate.ts';
import { newDocumentSecret } from '../../sync/document-id.ts';
import { deriveKeys } from '../../sync/keys.ts';
import { open, seal } from '../../sync/sealing.ts';

const key = deriveKeys(newDocumentSecret());
const body = new TextEncoder().encode('nobody tells passengers anything '.repeat(40));

describe('sealing', () => {
  it('[X3] what is sealed opens again, small or large, deflated or not', () => {
    for (const plain of [
      new Uint8Array([1]),
      body,
      crypto.getRandomValues(new Uint8Array(70_000).subarray(0, 65_000)),
    ]) {
      expect(open(key, 'entry', seal(key, 'entry', plain))).toEqual(plain);
    }
    expect(seal(key, 'entry', body).length).toBeLessThan(body.length / 2);
  });

  it('[G5] a changed byte anywhere makes it not open', () => {
    const sealed = seal(key, 'entry', body);
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(open(key, 'entry', changed), `byte ${at}`).toBeUndefined();
    }
  });

  it('[C3] a snapshot opens at its position only', () => {
    const snapshotAt = { seq: 300, mark: new Uint8Array(16).fill(4) };
    const sealed = seal(key, { snapshotAt }, body);
    expect(open(key, { snapshotAt }, sealed)).toEqual(body);
    expect(open(key, { snapshotAt: { ...snapshotAt, seq: 301 } }, sealed)).toBeUndefined();
    expect(open(key, { snapshotAt: { ...snapshotAt, mark: new Uint8Array(16) } }, sealed)).toBeUndefined();
    expect(open(key, 'entry', sealed)).toBeUndefined();
    expect(open(key, { snapshotAt }, seal(key, 'entry', body))).toBeUndefined();
  });

  it('[X3] it opens with no other key, in no other room and as no other kind', () => {
    const sealed = seal(key, 'entry', body);
    const other = deriveKeys(newDocumentSecret());
    expect(open({ roomId: key.roomId, contentKey: other.contentKey }, 'entry', sealed)).toBeUndefined();
    expect(open({ roomId: other.roomId, contentKey: key.contentKey }, 'entry', sealed)).toBeUndefined();
    expect(open(key, 'presence', sealed)).toBeUndefined();
    for (let length = 0; length < 45; length++)
      expect(open(key, 'entry', sealed.subarray(0, length))).toBeUndefined();
  });

  it('[X3] with a flag that is not known it does not open', () => {
    const { roomId, contentKey } = key;
    const nonce = new Uint8Array(24);
    const bound = concat(roomIdToBytes(roomId), Uint8Array.of(0, 1));
    const sealed = (flags: number) =>
      concat(
        Uint8Array.of(1),
        nonce,
        xchacha20poly1305(contentKey, nonce, bound).encrypt(concat(Uint8Array.of(flags), body)),
      );
    expect(open(key, 'entry', sealed(0))).toEqual(body);
    for (const flags of [2, 4, 128]) expect(open(key, 'entry', sealed(flags))).toBeUndefined();
  });

  it('[G8] a deflate bomb stops at the cap, and broken deflate is told', () => {
    const bomb = deflateSync(new Uint8Array(8 * 1024 * 1024));
    expect(inflateBounded(bomb, 1024 * 1024)).toBeUndefined();
    expect(inflateBounded(bomb, 8 * 1024 * 1024)).toHaveLength(8 * 1024 * 1024);
    expect(inflateBounded(bomb.subarray(0, bomb.length / 2))).toBeUndefined();
    expect(inflateBounded(crypto.getRandomValues(new Uint8Array(100)).fill(255, 0, 4))).toBeUndefined();
  });
});
