import { describe, expect, test } from 'vitest';
import { PreparedFrame } from '../../relay-server/prepared-frame.ts';
import { type FrameRun, SharedFrames } from '../../relay-server/shared-frames.ts';

const runs = Array.from(
  { length: 100 },
  (_, byte): FrameRun => [new PreparedFrame('part', Uint8Array.of(byte))],
);
const runOf = (byte: number) => runs[byte] ?? [];

/** Counts what is read; each run is its offset. */
class Store {
  reads = 0;

  readonly read = (offset: number) => async () => {
    this.reads += 1;
    return runOf(offset);
  };
}

describe('frames that several members read', () => {
  test('are read once while two have the same source open, also by who asks later', async () => {
    const [frames, store] = [new SharedFrames(), new Store()];
    const [first, second] = [frames.open('a'), frames.open('a')];
    const got = await Promise.all([first.run(0, store.read(0)), second.run(0, store.read(0))]);
    got.push(await second.run(0, store.read(0)));
    expect([store.reads, got]).toEqual([1, [runOf(0), runOf(0), runOf(0)]]);
    await frames.open('b').run(0, store.read(0));
    expect(store.reads).toBe(2);
  });

  test('[G7] are not kept for one alone, nor when all but one have gone, and not more than 8 MiB of them', async () => {
    const [frames, store] = [new SharedFrames(), new Store()];
    const alone = frames.open('a');
    await alone.run(0, store.read(0));
    expect(frames.size).toBe(0);
    const second = frames.open('a');
    for (let offset = 0; offset < 100; offset++) await second.run(offset, store.read(offset));
    expect(frames.size).toBe(32);
    second.close();
    second.close();
    expect(frames.size).toBe(0);
    const third = frames.open('a');
    await third.run(0, store.read(0));
    expect(frames.size).toBe(1);
  });

  test('a read that failed is done again by the next', async () => {
    const [frames, store] = [new SharedFrames(), new Store()];
    const [first, second] = [frames.open('a'), frames.open('a')];
    const failing = () => Promise.reject(new Error('no'));
    await expect(first.run(0, failing)).rejects.toThrow('no');
    expect(await second.run(0, store.read(0))).toEqual(runOf(0));
  });
});
