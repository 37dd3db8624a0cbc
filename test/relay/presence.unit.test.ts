import { describe, expect, test } from 'vitest';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import { PresenceTable, presenceIntervalMs } from '../../relay-server/presence.ts';
import type { MemoryMember } from './memory-relay.ts';
import { MemoryRelay, settled } from './memory-relay.ts';
import { idOf, seen, show } from './presence-hands.ts';
import { newDocument, randomEntry } from './test-document.ts';

describe('presence', () => {
  test.each([4, 5])(
    '[P1] a state of %i bytes after one of 4 is kept, whatever becomes of the bytes it came in',
    (length) => {
      const table = new PresenceTable();
      const first = new Uint8Array(4).fill(1);
      table.set(1, 1, first);
      const before = table.allBut(2);
      const second = new Uint8Array(length).fill(2);
      table.set(1, 2, second);
      first.fill(9);
      second.fill(9);
      const bytesOf = (payload: Uint8Array) => new Set(payload.slice(-4));
      expect([before, table.allBut(2)].map(([payload = first]) => bytesOf(payload))).toEqual([
        new Set([1]),
        new Set([2]),
      ]);
    },
  );

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
    relay.sharedMs = 10;
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
