import { describe, expect, test } from 'vitest';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import { presenceIntervalMs } from '../../relay-server/presence.ts';
import { RoomPresence } from '../../relay-server/room-presence.ts';
import type { MemoryMember } from './memory-relay.ts';
import { MemoryRelay, settled, TestClock } from './memory-relay.ts';
import { newDocument, randomEntry } from './test-document.ts';

function show(member: MemoryMember, counter: number, sealed = randomEntry(300)): Uint8Array {
  member.say({ event: 'presence', message: { counter, sealed } });
  return sealed;
}

/** The last state this member was sent of each other one. */
function seen(member: MemoryMember): Map<number, number> {
  return new Map(
    member.all('peers').flatMap(({ peers }) => peers.map(({ memberId, counter }) => [memberId, counter])),
  );
}

function idOf(member: MemoryMember): number {
  return member.all('joined').at(-1)?.memberId ?? 0;
}

describe('presence', () => {
  test('[P1] the last state of each member is kept, and the highest counter wins', async () => {
    const relay = new MemoryRelay(new MemoryLogStore());
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    const bob = await relay.join(document);
    show(ann, 5);
    show(ann, 4);
    relay.clock.pass(100);
    expect(seen(bob)).toEqual(new Map([[idOf(ann), 5]]));
    const sealed = show(ann, 6);
    relay.clock.pass(100);
    expect(bob.all('peers').at(-1)?.peers).toEqual([{ memberId: idOf(ann), counter: 6, sealed }]);
  });

  test('[P2] a newcomer is sent everyone but itself, in frames within the limit', async () => {
    const relay = new MemoryRelay(new MemoryLogStore());
    const document = newDocument();
    const members = [await relay.join(document, { create: true })];
    while (members.length < 60) members.push(await relay.join(document, { role: 'view' }));
    for (const member of members) show(member, 1, randomEntry(2000));
    const late = await relay.join(document);
    expect(seen(late)).toEqual(new Map(members.map((member) => [idOf(member), 1])));
    expect(late.all('peers').length).toBeGreaterThan(1);
  });

  test('[P2] states between are merged at a rate that falls as the room grows, and the last one arrives', async () => {
    expect([2, 12, 13, 1000].map(presenceIntervalMs)).toEqual([50, 50, 52, 4000]);
    const relay = new MemoryRelay(new MemoryLogStore());
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    const bob = await relay.join(document);
    for (let counter = 1; counter <= 100; counter++) {
      show(ann, counter);
      relay.clock.pass(10);
    }
    expect(bob.all('peers').length).toBeLessThanOrEqual(21);
    expect(bob.all('peers').length).toBeGreaterThan(15);
    relay.clock.pass(50);
    expect(seen(bob)).toEqual(new Map([[idOf(ann), 100]]));
    const frames = bob.all('peers').length;
    relay.clock.pass(10_000);
    expect(bob.all('peers').length).toBe(frames);
  });

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

  test('[P3] leaving and disconnecting are told at once, and nothing of the member is sent after', async () => {
    const relay = new MemoryRelay(new MemoryLogStore());
    const document = newDocument();
    const [ann, bob, eve] = [
      await relay.join(document, { create: true }),
      await relay.join(document),
      await relay.join(document),
    ];
    show(bob, 1);
    show(bob, 2);
    bob.say({ event: 'leave', message: null });
    expect(ann.all('left')).toEqual([[idOf(bob)]]);
    eve.disconnect();
    expect(ann.all('left')).toEqual([[idOf(bob)], [idOf(eve)]]);
    relay.clock.pass(1000);
    const leftAt = ann.received.findIndex(({ event }) => event === 'left');
    expect(ann.received.slice(leftAt).filter(({ event }) => event === 'peers')).toEqual([]);
    const late = await relay.join(document);
    expect(seen(late)).toEqual(new Map());
  });

  test('[P3] where telling takes long, those who leave in the pause after it are told of together', async () => {
    const relay = new MemoryRelay(new MemoryLogStore());
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    const others: MemoryMember[] = [];
    for (let i = 0; i < 4; i++) others.push(await relay.join(document));
    relay.broadcastMs = 10;
    for (const other of others) other.disconnect();
    const [first = 0, ...later] = others.map(idOf);
    expect(ann.all('left')).toEqual([[first]]);
    relay.clock.pass(50);
    expect(ann.all('left')).toEqual([[first], later]);
  });

  test('[P3] a member that reads from the log is told who left meanwhile', async () => {
    const relay = new MemoryRelay(new MemoryLogStore(), { readerBudgetBytes: 1000 });
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    const bob = await relay.join(document);
    const slow = await relay.join(document);
    show(bob, 1);
    show(slow, 1);
    relay.clock.pass(100);
    slow.received.splice(1, slow.received.length);
    ann.append(1, randomEntry(2000));
    await settled();
    bob.disconnect();
    expect(slow.all('left')).toEqual([[idOf(bob)]]);
    slow.say({ event: 'confirm', message: { bytes: slow.streamBytes } });
    await settled();
    expect(slow.all('live')).toHaveLength(1);
    // Live again, it is sent everyone's presence but its own.
    show(ann, 1);
    relay.clock.pass(100);
    expect([...seen(slow).keys()]).toEqual([idOf(ann)]);
  });

  test('[P4] a connection that ends late takes nothing from the one that replaced it', async () => {
    const relay = new MemoryRelay(new MemoryLogStore());
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    const old = await relay.join(document);
    const fresh = await relay.join(document);
    show(fresh, 1);
    old.disconnect();
    old.disconnect();
    expect(ann.all('left')).toEqual([[idOf(old)]]);
    fresh.append(1, randomEntry());
    await settled();
    expect(fresh.acked).toEqual([[1, 1]]);
    expect(fresh.seqs).toEqual([1]);
    const late = await relay.join(document);
    expect(seen(late)).toEqual(new Map([[idOf(fresh), 1]]));
  });
});
