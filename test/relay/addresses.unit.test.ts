import { beforeEach, describe, expect, test } from 'vitest';
import type { AddressLimits } from '../../relay-server/addresses.ts';
import { Addresses } from '../../relay-server/addresses.ts';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import { endedWorthTelling, warningPauseMs } from '../../relay-server/pace-warning.ts';
import { MemoryRelay, TestClock } from './memory-relay.ts';
import { newDocument } from './test-document.ts';

const limits: AddressLimits = {
  connectionsPerAddress: 3,
  unjoinedPerAddress: 1,
  uploadsPerAddress: 2,
  joinsPerSecond: 1,
  documentsPerMinute: 6,
  documentBurst: 2,
  rate: { messagesPerSecond: 10, messageBurst: 20, bytesPerSecond: 1000, byteBurst: 2000 },
};

let clock: TestClock;
let addresses: Addresses;

beforeEach(() => {
  clock = new TestClock();
  addresses = new Addresses(limits, clock);
});

/** How often something is granted, when asked this many times. */
function granted(times: number, ask: () => unknown): number {
  return Array.from({ length: times }, ask).filter((answer) => answer !== false && answer !== undefined)
    .length;
}

describe('what the connections of one address may do together', () => {
  test('[G8] connections: as many as one address may have and no more, until one ends', () => {
    const close = Array.from({ length: 4 }, () => addresses.openSession('192.0.2.1'));
    expect(addresses.admitSession('192.0.2.1')).toBe(false);
    expect(addresses.admitSession('192.0.2.2')).toBe(true);
    close[0]?.();
    expect(addresses.admitSession('192.0.2.1')).toBe(true);
  });

  test('[J8] [W6] [G8] connections, joins and documents over time: the burst, then the pace', () => {
    const asks = [
      () => addresses.admitSession('192.0.2.1'),
      () => addresses.takeJoin('192.0.2.1'),
      () => addresses.takeDocument('192.0.2.1'),
    ];
    expect(asks.map((ask) => granted(100, ask))).toEqual([3, 3, 2]);
    clock.pass(20_000);
    expect(asks.map((ask) => granted(100, ask))).toEqual([3, 3, 2]);
    clock.pass(1000);
    expect(asks.map((ask) => granted(100, ask))).toEqual([1, 1, 0]);
    expect(granted(1, () => addresses.takeDocument('192.0.2.2'))).toBe(1);
  });

  test('[G8] connections of TCP that are ended for their pace are told of once an hour, with where they came from', () => {
    const memory = new MemoryRelay(new MemoryLogStore(), { connectionsPerAddress: 3 });
    const admit = (of: string) => () => memory.relay.addresses.admitTcp(of);
    expect(granted(6 + endedWorthTelling - 1, admit('127.0.0.1'))).toBe(6);
    expect(memory.warnings).toEqual([]);
    for (const of of ['127.0.0.1', '192.0.2.1', '2001:db8:0:7::1']) granted(1000, admit(of));
    expect(memory.warnings).toEqual([expect.stringMatching(/ 127\.0\.0\.1 .*--trusted-proxy/)]);
    memory.clock.pass(warningPauseMs);
    granted(6, admit('2001:db8:0:7::1'));
    granted(1000, () => !memory.relay.addresses.refusesTcp('2001:db8:0:7::1'));
    expect(memory.warnings.slice(1)).toEqual([expect.stringContaining(' 2001:db8:0:7::/64 ')]);
  });

  test('[G8] messages and bytes: twice those of one connection, however many connections send them', () => {
    const take = (bytes: number) => () => addresses.messagesOf('192.0.2.1').take(bytes, clock.now());
    expect(granted(100, take(1))).toBe(40);
    clock.pass(60_000);
    expect(granted(10, take(1000))).toBe(4);
    expect(addresses.messagesOf('192.0.2.2').take(1, clock.now())).toBe(true);
  });

  test('[G8] uploads: as many at once, until one ends', () => {
    const [end] = [addresses.openUpload('192.0.2.1'), addresses.openUpload('192.0.2.1')];
    expect(addresses.openUpload('192.0.2.1')).toBeUndefined();
    end?.();
    expect(granted(5, () => addresses.openUpload('192.0.2.1'))).toBe(1);
  });

  test('[G8] the 64 bits of an IPv6 network count as one address, other networks do not', () => {
    const mine = ['2001:db8:0:7::1', '2001:db8::7:ffff:0:0:1', '2001:db8:0:7:1:2:3:4', '2001:db8:0:7::%eth0'];
    expect(mine.map((address) => addresses.takeDocument(address))).toEqual([true, true, false, false]);
    expect(addresses.takeDocument('2001:db8:0:8::1')).toBe(true);
    expect(addresses.takeDocument('::1')).toBe(true);
  });

  test('[G7] addresses are forgotten: soon those that did nothing lately, and the oldest where there are very many', () => {
    const address = (i: number) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
    const close = addresses.openSession('192.0.2.1');
    for (let i = 0; i < 200_000; i++) addresses.takeDocument(address(i));
    expect(addresses.size).toBeLessThanOrEqual(50_000);
    // The newest is remembered, and whoever is connected.
    expect(granted(2, () => addresses.takeDocument(address(199_999)))).toBe(1);
    close();
    clock.pass(3_600_000);
    for (let i = 200_000; i < 250_000; i++) addresses.takeDocument(address(i));
    clock.pass(3_600_000);
    for (let i = 250_000; i < 300_000; i++) addresses.admitSession(address(i));
    expect(addresses.size).toBeLessThanOrEqual(50_000);
  });
});

describe('a relay', () => {
  test('[W6] [G8] refuses connections of an address that has too many without a join, or in all; others are let in', async () => {
    const { relay, clock } = new MemoryRelay(new MemoryLogStore(), { ...limits, unjoinedPerAddress: 2 });
    const said: string[] = [];
    const connect = (remoteAddress: string) => {
      relay.connect({
        requestedHost: 'relay.test',
        remoteAddress,
        send: (event) => said.push(event),
        sendPrepared: ({ event }) => said.push(event),
        sendShared: ({ event }) => said.push(event),
        takesMore: true,
        setReading: () => {},
        close: () => said.push('closed'),
      });
      return said.splice(0);
    };
    expect(connect('192.0.2.1')).toEqual(['hello']);
    expect(connect('192.0.2.1')).toEqual(['hello']);
    expect(connect('192.0.2.1')).toEqual(['refused', 'closed']);
    expect(connect('192.0.2.2')).toEqual(['hello']);
    clock.pass(relay.config.joinWithinMs);
    expect(said.splice(0).filter((event) => event === 'closed')).toHaveLength(3);
    expect(connect('192.0.2.1')).toEqual(['hello']);
  });

  test('[R3][G8] closes a connection that sends what the others of its address have no share left for', async () => {
    const rate = { messagesPerSecond: 10, messageBurst: 50, bytesPerSecond: 1e6, byteBurst: 1e6 };
    const memory = new MemoryRelay(new MemoryLogStore(), { rate });
    const members = [1, 2, 3].map(() => memory.connect());
    for (const member of members)
      for (let i = 0; i < 45; i++) member.say({ event: 'confirm', message: { bytes: 1 } });
    const refused = members.map((member) => member.all('refused').map(({ code }) => code));
    expect(refused).toEqual([[], [], ['too-fast']]);
    expect(members.map(({ closed }) => closed)).toEqual([false, false, true]);
  });

  test('[J5][J8][G8] refuses new documents of an address that made too many; what is there opens', async () => {
    const memory = new MemoryRelay(new MemoryLogStore(), limits);
    const [first] = [newDocument()];
    await memory.join(first, { create: true });
    await memory.join(newDocument(), { create: true });
    const third = newDocument();
    const member = await memory.join(third, { create: true });
    expect(member.all('refused')).toMatchObject([{ code: 'too-fast' }]);
    expect(member.closed).toBe(true);
    expect(await memory.store.room(third.roomId)).toBeUndefined();
    memory.clock.pass(1000);
    const again = await memory.join(first, { create: true });
    expect(again.all('joined')).toHaveLength(1);
  });
});
