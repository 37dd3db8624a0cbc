import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ArrivalTurns } from '../../relay-server/arrival-turns.ts';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import { heldRelay } from './held-relay.ts';
import { MemoryRelay, settled, TestClock } from './memory-relay.ts';
import { newDocument, randomEntry } from './test-document.ts';

describe('connections and joins of one address', () => {
  test('[G8] have their turns one after another, with the event loop between; joins are before connections', async () => {
    const turns = new ArrivalTurns({ perSecond: 100, burst: 100 }, new TestClock());
    const seen: string[] = [];
    const take = (kind: 'join' | 'connection', name: string) => turns.take(kind, () => seen.push(name));
    for (const name of ['a', 'b', 'c']) take('connection', name);
    const giveUp = take('connection', 'gone');
    take('join', 'A');
    expect(seen, 'whoever comes first does not wait').toEqual(['a']);
    giveUp();
    const perTurn: number[] = [];
    while (turns.waiting('connection') > 0) {
      const before = seen.length;
      await nextTurn();
      perTurn.push(seen.length - before);
    }
    expect(Math.max(...perTurn)).toBe(1);
    expect(seen).toEqual(['a', 'A', 'b', 'c']);
  });

  test('[W6] [G8] have a burst, and then their pace; what is given up is not paid for', async () => {
    const clock = new TestClock();
    const turns = new ArrivalTurns({ perSecond: 10, burst: 5 }, clock);
    let seen = 0;
    const take = () => turns.take('connection', () => void seen++);
    for (let i = 0; i < 20; i++) take();
    for (let i = 0; i < 20; i++) take()();
    await settled();
    expect([seen, turns.waiting('connection')]).toEqual([5, 15]);
    clock.pass(99);
    await settled();
    expect(seen).toBe(5);
    for (let ms = 0; ms < 1000; ms += 50) {
      clock.pass(50);
      await settled();
    }
    expect(seen).toBe(15);
    expect(turns.isFresh(clock.now())).toBe(false);
    clock.pass(10_000);
    await settled();
    for (let i = 0; i < 5; i++) {
      clock.pass(500);
      await settled();
    }
    expect([seen, turns.isFresh(clock.now())]).toEqual([20, true]);
  });

  test('[J8] [G8] a crowd that joins at once is let in one after another; another address is served between, nobody is refused', async () => {
    const memory = new MemoryRelay(new MemoryLogStore());
    const crowd = Array.from({ length: 200 }, () => memory.connect('192.0.2.1'));
    const ann = memory.connect('192.0.2.2');
    for (const member of crowd) member.join(newDocument(), { create: true });
    const document = newDocument();
    ann.join(document, { create: true });
    const areIn = () => crowd.filter((member) => member.all('joined').length > 0).length;
    for (let turns = 0; ann.all('joined').length === 0 && turns < 20; turns++) await nextTurn();
    expect(ann.all('joined')).toHaveLength(1);
    expect(areIn()).toBeLessThan(20);
    expect(
      crowd.every(({ isRead }) => isRead),
      'who waits answers pings',
    ).toBe(true);
    for (let turns = 0; areIn() < 200 && turns < 100; turns++) await settled();
    expect(areIn()).toBe(200);
    expect(crowd.flatMap((member) => member.all('refused'))).toEqual([]);
  });

  test('[J8] [R4] what a connection sends after a join waits with it, in its order; one that goes gives its turn up', async () => {
    const rest = heldRelay();
    const document = newDocument();
    const others = Array.from({ length: 10 }, () => rest.connect());
    for (const other of others) other.join(document, { create: true });
    const bob = rest.connect();
    const gone = rest.connect();
    bob.join(document, { create: true });
    gone.join(document);
    bob.say({ event: 'leave', message: null });
    bob.append(7, randomEntry());
    expect([bob.isRead, gone.isRead], 'nobody has to send more behind a join').toEqual([false, true]);
    gone.disconnect();
    await settled();
    rest.clock.pass(1000);
    await settled();
    expect(bob.received.map(({ event }) => event)).toEqual(['hello', 'refused']);
    expect(bob.all('refused')).toMatchObject([{ code: 'wrong-state', ref: 7 }]);
    expect(gone.all('joined')).toEqual([]);
    bob.join(document);
    await settled();
    expect([bob.all('joined').length, bob.isRead]).toEqual([1, true]);
  });

  test('[J8] [W6] what a join waits for its turn is no time without a join; what is before and after it is', async () => {
    const memory = new MemoryRelay(new MemoryLogStore(), { joinWithinMs: 1000 });
    const [ann, bob] = [memory.connect('192.0.2.1'), memory.connect('192.0.2.1')];
    memory.clock.pass(900);
    const { arrivals } = memory.relay.addresses.turnsOf('192.0.2.1');
    for (let others = 0; others < 800; others++) arrivals.take('join', () => {});
    ann.join(newDocument(), { create: true });
    bob.join(newDocument());
    for (let turns = 0; arrivals.waiting('join') > 0 && turns < 2000; turns++) {
      memory.clock.pass(5);
      await settled();
    }
    expect(memory.clock.now()).toBeGreaterThan(3000);
    expect(ann.received.map(({ event }) => event).slice(0, 2)).toEqual(['hello', 'joined']);
    expect(bob.all('refused')).toMatchObject([{ code: 'unknown-document' }]);
    memory.clock.pass(99);
    expect([ann.closed, bob.closed]).toEqual([false, false]);
    memory.clock.pass(1);
    expect([ann.closed, bob.closed]).toEqual([false, true]);
  });

  test('[J8] [R4] a crowd whose joins had to wait floods nobody: what it sent behind them is taken at once', async () => {
    const memory = new MemoryRelay(new MemoryLogStore());
    const crowd = Array.from({ length: 50 }, () => memory.connect('192.0.2.1'));
    for (const member of crowd) {
      member.join(newDocument(), { create: true });
      for (let times = 0; times < 40; times++) member.say({ event: 'confirm', message: { bytes: 0 } });
    }
    const areIn = () => crowd.filter((member) => member.all('joined').length > 0).length;
    for (let turns = 0; areIn() < 50 && turns < 100; turns++) await settled();
    for (const member of crowd) for (let ref = 1; ref <= 20; ref++) member.append(ref, randomEntry());
    await settled();
    expect(crowd.map(({ acked, isRead }) => [acked.length, isRead])).toEqual(crowd.map(() => [20, true]));
    expect(memory.clock.now(), 'no time has passed').toBe(0);
  });

  test('[R4] [G8] who is refused over many connections of one address is held back as one over one', async () => {
    const memory = new MemoryRelay(new MemoryLogStore());
    const isHeld = (from: string) => {
      const stranger = memory.connect(from);
      for (let ref = 1; ref <= 50; ref++) stranger.append(ref, randomEntry());
      return !stranger.isRead;
    };
    const crowd = Array.from({ length: 10 }, () => isHeld('192.0.2.1'));
    expect(crowd.indexOf(true), 'three hundred at once').toBe(6);
    expect(crowd.slice(6).every((each) => each)).toBe(true);
    expect(isHeld('192.0.2.2')).toBe(false);
    memory.clock.pass(60_000);
    expect(isHeld('192.0.2.1')).toBe(false);
  });
});
