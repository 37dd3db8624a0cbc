import { describe, expect, test } from 'vitest';
import { SyncTurns } from '../../relay-server/sync-turns.ts';
import { settled, TestClock } from './memory-relay.ts';

describe('turns of syncing files', () => {
  test('[G8] one at a time, in the order of asking, with twice as long between for the log', async () => {
    const clock = new TestClock();
    const turns = new SyncTurns(clock);
    const seen: string[] = [];
    const sync = (name: string, ms: number) => () =>
      new Promise<string>((resolve) => {
        seen.push(name);
        clock.setTimer(() => resolve(name), ms);
      });
    const results = [turns.take(sync('a', 4)), turns.take(sync('b', 400)), turns.take(sync('c', 1))];
    const seenAfter = async (ms: number) => {
      await settled();
      clock.pass(ms);
      await settled();
      return seen.join('');
    };
    expect(await seenAfter(4)).toBe('a');
    expect(await results[0], 'nobody waits for the rest after it').toBe('a');
    expect(await seenAfter(7)).toBe('a');
    expect(await seenAfter(1)).toBe('ab');
    expect(await seenAfter(400)).toBe('ab');
    expect(await seenAfter(49), 'a short rest after a long one').toBe('ab');
    expect(await seenAfter(1)).toBe('abc');
    await seenAfter(1);
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c']);
  });

  test('one that fails fails for its asker, and the next has its turn', async () => {
    const turns = new SyncTurns(new TestClock());
    const failed = turns.take(() => Promise.reject(new Error('the disk is gone')));
    await expect(failed).rejects.toThrow('the disk is gone');
  });
});
