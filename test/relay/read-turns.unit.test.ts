import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ReadTurns } from '../../relay-server/read-turns.ts';

/** Readings that end when they are told to. */
class Readings {
  readonly started: number[] = [];
  readonly #ends = new Map<number, () => void>();

  readonly read = (id: number) => async (): Promise<number> => {
    this.started.push(id);
    await new Promise<void>((resolve) => this.#ends.set(id, resolve));
    return id;
  };

  end(id: number): void {
    this.#ends.get(id)?.();
  }
}

describe('turns of reading the store', () => {
  test('start three readings at once, and each further one when one has ended, in the order of asking', async () => {
    const [turns, readings] = [new ReadTurns(), new Readings()];
    const results = [1, 2, 3, 4, 5].map((id) => turns.take(readings.read(id)));
    expect(readings.started).toEqual([1, 2, 3]);
    readings.end(2);
    expect(await results[1]).toBe(2);
    await expect.poll(() => readings.started).toEqual([1, 2, 3, 4]);
    for (const id of [4, 1, 3]) readings.end(id);
    await expect.poll(() => readings.started).toContain(5);
    readings.end(5);
    expect(await Promise.all(results)).toEqual([1, 2, 3, 4, 5]);
  });

  test('leave the event loop between readings that need nothing of the disk', async () => {
    const turns = new ReadTurns();
    let read = 0;
    const all = Array.from({ length: 30 }, () => turns.take(async () => ++read));
    await nextTurn();
    expect(read).toBeLessThanOrEqual(6);
    await Promise.all(all);
    expect(read).toBe(30);
  });

  test('a reading that fails fails for its asker, and the next ones start', async () => {
    const turns = new ReadTurns();
    const failing = Array.from({ length: 5 }, () =>
      turns.take(() => Promise.reject(new Error('the disk is gone'))),
    );
    for (const failed of failing) await expect(failed).rejects.toThrow('the disk is gone');
    expect(await turns.take(async () => 'read')).toBe('read');
  });
});
