import { beforeEach, describe, expect, it } from 'vitest';
import { IdleWatch, idleAfterMs } from '../../renderer/idle-watch.ts';
import { seededRandom } from '../fuzz/random.ts';
import { VirtualTime } from '../fuzz/virtual-time.ts';

let time: VirtualTime;
let watch: IdleWatch;
const told: boolean[] = [];

beforeEach(() => {
  time = new VirtualTime(seededRandom(1));
  told.length = 0;
  watch = new IdleWatch(time, (idle) => told.push(idle));
});

describe('who does nothing counts as idle', () => {
  it('after some minutes, and no longer at the first sign of life', async () => {
    await time.pass(idleAfterMs - 1);
    expect(told).toEqual([]);
    watch.active();
    await time.pass(idleAfterMs - 1);
    expect(told).toEqual([]);
    await time.pass(1);
    expect(told).toEqual([true]);
    watch.active();
    expect(told).toEqual([true, false]);
    await time.pass(idleAfterMs);
    expect(told).toEqual([true, false, true]);
  });

  it('at once when the window is hidden, until it is shown', async () => {
    watch.visible(false);
    expect(told).toEqual([true]);
    await time.pass(10 * idleAfterMs);
    watch.active();
    expect(told).toEqual([true]);
    watch.visible(true);
    expect(told).toEqual([true, false]);
  });

  it('never after it was stopped', async () => {
    watch.stop();
    await time.pass(10 * idleAfterMs);
    expect(told).toEqual([]);
  });
});
