import { describe, expect, test } from 'vitest';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import { presenceIntervalMs } from '../../relay-server/presence.ts';
import { RoomPresence } from '../../relay-server/room-presence.ts';
import { MemoryRelay, settled, TestClock } from './memory-relay.ts';
import { idOf, seen, show } from './presence-hands.ts';
import { newDocument, randomEntry } from './test-document.ts';

describe('presence in turns', () => {
  test('[P2] a crowd is sent presence in turns over the interval, and an entry between two turns waits for none', async () => {
    const relay = new MemoryRelay(new MemoryLogStore());
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    const crowd = [ann];
    while (crowd.length < 80) crowd.push(await relay.join(document));
    const sentPeers = () => crowd.filter((member) => member.all('peers').length > 0);
    show(ann, 1);
    expect(sentPeers()).toHaveLength(16);
    ann.append(1, randomEntry());
    await settled();
    expect(crowd.map(({ seqs }) => seqs)).toEqual(crowd.map(() => [1]));
    expect(sentPeers()).toHaveLength(16);
    relay.clock.pass(presenceIntervalMs(80) / 5);
    expect(sentPeers()).toHaveLength(32);
    relay.clock.pass(presenceIntervalMs(80));
    expect(crowd.map((member) => [...seen(member)])).toEqual(crowd.map(() => [[idOf(ann), 1]]));
  });

  test('[P2] a crowd that moves all the time gets a frame an interval each, and the last states', async () => {
    const relay = new MemoryRelay(new MemoryLogStore());
    const document = newDocument();
    const crowd = [await relay.join(document, { create: true })];
    while (crowd.length < 40) crowd.push(await relay.join(document));
    for (let counter = 1; counter <= 100; counter++) {
      for (const member of crowd) show(member, counter, randomEntry(20));
      relay.clock.pass(16);
    }
    const frames = crowd.map((member) => member.all('peers').length);
    expect(Math.max(...frames)).toBeLessThanOrEqual(1600 / presenceIntervalMs(40) + 1);
    expect(Math.min(...frames)).toBeGreaterThanOrEqual(1600 / presenceIntervalMs(40) - 1);
    relay.clock.pass(presenceIntervalMs(40));
    const last = new Map(crowd.map((member) => [idOf(member), 100]));
    for (const member of crowd) expect(seen(member)).toEqual(last);
    relay.clock.pass(10_000);
    expect(relay.clock.timers).toBe(0);
  });

  test('[P3] nobody is sent the presence of a member that left before it was his turn', async () => {
    const relay = new MemoryRelay(new MemoryLogStore());
    const document = newDocument();
    const crowd = [await relay.join(document, { create: true })];
    while (crowd.length < 40) crowd.push(await relay.join(document));
    const [bob] = crowd.slice(-1);
    if (bob === undefined) throw new Error('nobody');
    show(bob, 1);
    bob.disconnect();
    const later = crowd.filter((member) => member !== bob && member.all('peers').length === 0);
    expect(later.length).toBeGreaterThan(0);
    relay.clock.pass(1000);
    expect(later.map((member) => [member.all('peers'), member.all('left')])).toEqual(
      later.map(() => [[], [[idOf(bob)]]]),
    );
  });

  test('[P2] after a turn that took long the next waits longer', async () => {
    const clock = new TestClock();
    const presence = new RoomPresence(clock);
    const sentAt: number[] = [];
    const receiver = {
      takesMore: true,
      send: () => {
        sentAt.push(clock.now());
        clock.pass(40);
      },
    };
    presence.addReceiver(receiver, 2);
    presence.set(1, 1, randomEntry());
    presence.set(1, 2, randomEntry());
    clock.pass(119);
    expect(sentAt).toEqual([0]);
    clock.pass(1);
    expect(sentAt).toEqual([0, 160]);
  });

  test('[P2] a relay that is full sends presence less often, and never holds back the last state', async () => {
    const framesIn = async (busy: number) => {
      const relay = new MemoryRelay(new MemoryLogStore());
      relay.clock.busy = busy;
      const document = newDocument();
      const [ann, bob] = [await relay.join(document, { create: true }), await relay.join(document)];
      for (let counter = 1; counter <= 200; counter++) {
        show(ann, counter);
        relay.clock.pass(10);
      }
      const frames = bob.all('peers').length;
      relay.clock.pass(1000);
      expect(seen(bob)).toEqual(new Map([[idOf(ann), 200]]));
      return frames;
    };
    const [easy, full] = [await framesIn(0.5), await framesIn(1)];
    expect(easy).toBeGreaterThanOrEqual(40);
    expect(full).toBeLessThanOrEqual(11);
  });

  test('[P2] [G7] whose network does not take more is sent nothing until it does, and then the last states', async () => {
    const relay = new MemoryRelay(new MemoryLogStore());
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    const [bob, slow] = [await relay.join(document), await relay.join(document)];
    slow.takesMore = false;
    for (let counter = 1; counter <= 40; counter++) {
      show(ann, counter);
      relay.clock.pass(100);
    }
    expect(bob.all('peers').length).toBeGreaterThan(20);
    expect(slow.all('peers')).toEqual([]);
    slow.takesMore = true;
    relay.clock.pass(100);
    expect(slow.all('peers').map(({ peers }) => peers.map(({ counter }) => counter))).toEqual([[40]]);
  });

  test('[P2] [G7] a reader that goes live again and again is sent what changed, and not all of the crowd', async () => {
    const relay = new MemoryRelay(new MemoryLogStore(), { readerBudgetBytes: 1000 });
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    const crowd = [ann, await relay.join(document), await relay.join(document)];
    const slow = await relay.join(document);
    for (const member of crowd) show(member, 1);
    relay.clock.pass(100);
    slow.received.length = 0;
    for (let times = 1; times <= 5; times++) {
      ann.append(times, randomEntry(2000));
      await settled();
      slow.say({ event: 'confirm', message: { bytes: slow.streamBytes } });
      await settled();
    }
    expect([slow.all('live').length, slow.all('peers').length]).toEqual([5, 0]);
    show(ann, 2);
    relay.clock.pass(100);
    expect(slow.all('peers').flatMap(({ peers }) => peers.map(({ counter }) => counter))).toEqual([2]);
  });

  test('[P2] [R4] [G8] a cursor that moves far more often than a client moves it is held back, and nobody else’s', async () => {
    const relay = new MemoryRelay(new MemoryLogStore());
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    const [bob, wild] = [await relay.join(document), await relay.join(document)];
    for (let counter = 1; counter <= 600; counter++) show(wild, counter);
    show(bob, 1);
    relay.clock.pass(100);
    expect([wild.isRead, bob.isRead]).toEqual([false, true]);
    expect(seen(ann).get(idOf(bob))).toBe(1);
    expect(seen(ann).get(idOf(wild)), 'a burst and a piece').toBeLessThan(300);
    relay.clock.pass(4000);
    expect([wild.isRead, wild.closed, seen(ann).get(idOf(wild))]).toEqual([true, false, 600]);
  });
});
