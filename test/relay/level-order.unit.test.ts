import { describe, expect, test } from 'vitest';
import { KeyOrder } from '../../relay-server/level-order.ts';

/** A key as LevelDB's tables have it: with its sequence, and whether it has a value (1) or was deleted (0). */
function internal(key: string, sequence: number, kind = 1): Buffer {
  const suffix = Buffer.alloc(8);
  suffix.writeBigUInt64LE((BigInt(sequence) << 8n) | BigInt(kind));
  return Buffer.concat([Buffer.from(key), suffix]);
}

/** Entries of a block, each with what it shares with the key before. */
function packed(...keys: readonly Buffer[]): Buffer {
  const entries = keys.map((key, i) => {
    const before = keys[i - 1] ?? Buffer.alloc(0);
    let shared = 0;
    while (shared < Math.min(key.length, before.length) && key[shared] === before[shared]) shared++;
    return Buffer.concat([
      Buffer.of(shared, key.length - shared, 2),
      key.subarray(shared),
      Buffer.from('ab'),
    ]);
  });
  return Buffer.concat(entries);
}

describe('the order of keys that LevelDB takes for granted', () => {
  const isInOrder = (...blocks: readonly Buffer[]) => {
    const order = new KeyOrder();
    return blocks.every((block) => order.continuesWith(block));
  };

  test('[G1] by key, of one key the newest first, also from block to block', () => {
    const keys = [internal('a', 1), internal('aa', 300), internal('aa', 299, 0), internal('b', 5)];
    expect(isInOrder(packed(...keys), packed(internal('c', 1)))).toBe(true);
    expect(isInOrder(packed(internal('b', 1), internal('a', 2)))).toBe(false);
    expect(isInOrder(packed(internal('b', 1)), packed(internal('a', 2)))).toBe(false);
    expect(isInOrder(packed(internal('a', 255), internal('a', 256)))).toBe(false);
    expect(isInOrder(packed(internal('a', 7)), packed(internal('a', 7)))).toBe(false);
  });

  test('[G1] what cannot be read, or is no key of LevelDB, is not in order', () => {
    const whole = packed(internal('a', 1), internal(`b${'x'.repeat(100)}`, 1));
    expect(isInOrder(whole)).toBe(true);
    expect(isInOrder(whole.subarray(0, -1))).toBe(false);
    expect(isInOrder(packed(internal('a', 1, 2)))).toBe(false);
    expect(isInOrder(packed(Buffer.from('short')))).toBe(false);
    expect(isInOrder(Buffer.concat([Buffer.of(3), packed(internal('a', 1)).subarray(1)]))).toBe(false);
  });
});
