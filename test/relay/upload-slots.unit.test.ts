import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Addresses, uploadPace } from '../../relay-server/addresses.ts';
import { defaultRelayConfig } from '../../relay-server/relay-config.ts';
import { UploadSlots } from '../../relay-server/upload-slots.ts';
import { settled, TestClock } from './memory-relay.ts';

describe('places for uploads', () => {
  const address = '192.0.2.1';

  function places(most: number, uploadsPerAddress: number) {
    const clock = new TestClock();
    const addresses = new Addresses({ ...defaultRelayConfig, uploadsPerAddress }, clock);
    return { clock, slots: new UploadSlots(most, addresses, clock) };
  }

  test('[U1][G8] when all are taken the slowest one makes room, unless none is slow', async () => {
    const { clock, slots } = places(2, 3);
    const evicted: string[] = [];
    const take = (name: string) => {
      const slot = slots.take(address, () => {
        evicted.push(name);
        slot?.release();
      });
      return slot;
    };
    const slow = take('slow');
    await nextTurn();
    const fast = take('fast');
    await nextTurn();
    clock.pass(59_000);
    expect(take('early')).toBeUndefined();
    clock.pass(2000);
    expect(slow?.keepsPace(100 * 1024)).toBe(true);
    expect(fast?.keepsPace(4 * 1024 * 1024)).toBe(true);
    expect(take('next')).toBeDefined();
    expect(evicted).toEqual(['slow']);
    expect(take('one more')).toBeUndefined();
    expect(evicted).toEqual(['slow']);
  });

  test('[U1][G8] an address that may have no more of them makes nobody leave', () => {
    const { clock, slots } = places(3, 2);
    const evicted: string[] = [];
    for (const from of [address, address, '192.0.2.2']) slots.take(from, () => evicted.push(from));
    clock.pass(61_000);
    expect(slots.take(address, () => {})).toBeUndefined();
    expect(evicted).toEqual([]);
    expect(slots.take('192.0.2.2', () => {})).toBeUndefined();
    expect(evicted).toHaveLength(1);
  });

  test('[U1][G8] of one address are stored at their pace, one in a turn; whoever gives up stores nothing', async () => {
    const { clock, slots } = places(100, 100);
    const begun: string[] = [];
    const take = (from: string, name: string) => {
      const slot = slots.take(from, () => {});
      void slot?.turn.then(() => begun.push(name));
      return slot;
    };
    const mine = Array.from({ length: uploadPace.burst + 5 }, (_, i) => take(address, `${i}`));
    take('192.0.2.2', 'another');
    for (let turns = 0; turns < uploadPace.burst + 5; turns++) await nextTurn();
    expect(begun).toHaveLength(uploadPace.burst + 1);
    expect(begun.slice(0, 2), 'another address does not wait').toEqual(['0', 'another']);
    mine.at(-1)?.release();
    for (let ms = 0; ms < 1000; ms += 50) {
      clock.pass(50);
      await settled();
    }
    expect(begun.at(-1)).toBe(`${uploadPace.burst + 3}`);
  });

  test('[U1][G8] when all are taken, one that waits for the turn of its address makes room', async () => {
    const { slots } = places(uploadPace.burst + 2, 100);
    const evicted: number[] = [];
    for (let i = 0; i < uploadPace.burst + 2; i++) {
      const slot = slots.take(address, () => {
        evicted.push(i);
        slot?.release();
      });
      await nextTurn();
    }
    for (const from of ['192.0.2.2', '192.0.2.3']) expect(slots.take(from, () => {})).toBeDefined();
    expect(evicted.toSorted()).toEqual([uploadPace.burst, uploadPace.burst + 1]);
    expect(slots.take('192.0.2.4', () => {})).toBeUndefined();
  });

  test('[U1][G8] one address does not take all of them', () => {
    const { slots } = places(3, 2);
    const mine = [1, 2, 3].map(() => slots.take(address, () => {}));
    expect(mine.map((slot) => slot !== undefined)).toEqual([true, true, false]);
    expect(slots.take('192.0.2.2', () => {})).toBeDefined();
    mine[0]?.release();
    mine[0]?.release();
    // Released twice, free once.
    expect([1, 2].map(() => slots.take(address, () => {}) !== undefined)).toEqual([true, false]);
  });
});
