import { describe, expect, test } from 'vitest';
import { FairPlaces } from '../../relay-server/fair-places.ts';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import type { MemberLink } from '../../relay-server/member-link.ts';
import type { Session } from '../../relay-server/relay.ts';
import type { RelayConfig } from '../../relay-server/relay-config.ts';
import { MemoryRelay, settled } from './memory-relay.ts';
import { newDocument } from './test-document.ts';

describe('places that addresses share', () => {
  test('the oldest of the network that has most makes room, unless that were unfair to it', () => {
    const places = new FairPlaces<string>(5);
    for (const holder of ['a1', 'a2', 'a3', 'b1']) places.add(holder, holder[0] ?? '');
    expect(places.areTaken).toBe(false);
    places.add('b2', 'b');
    expect(places.areTaken).toBe(true);
    expect([places.giverFor('c'), places.giverFor('b'), places.giverFor('a')]).toEqual([
      'a1',
      undefined,
      undefined,
    ]);
    places.remove('a1', 'a');
    places.remove('a1', 'a');
    places.add('c1', 'c');
    expect([places.of('a'), places.of('b'), places.of('c')]).toEqual([2, 2, 1]);
    expect([places.giverFor('d'), places.giverFor('c')]).toEqual(['a2', undefined]);
  });
});

/** Connections to a relay from any address, and what each is told. */
class Connecting {
  readonly #relay: MemoryRelay;

  constructor(config: Partial<RelayConfig>) {
    this.#relay = new MemoryRelay(new MemoryLogStore(), config);
  }

  from(remoteAddress: string): { readonly said: string[]; readonly session: Session } {
    const said: string[] = [];
    const link: MemberLink = {
      requestedHost: 'relay.test',
      remoteAddress,
      send: (event) => said.push(event),
      sendPrepared: ({ event }) => said.push(event),
      sendShared: ({ event }) => said.push(event),
      takesMore: true,
      setReading: () => {},
      close: () => said.push('closed'),
    };
    return { said, session: this.#relay.relay.connect(link) };
  }
}

describe('connections that have not joined', () => {
  test('[G8][W6] addresses that hold all places of them make room for others, one after another', () => {
    const connecting = new Connecting({ maxUnjoined: 8, unjoinedPerAddress: 4 });
    const held = ['192.0.2.1', '192.0.2.2'].flatMap((address) =>
      Array.from({ length: 4 }, () => connecting.from(address)),
    );
    const others = ['192.0.2.3', '192.0.2.4', '192.0.2.5', '192.0.2.6'].map((from) => connecting.from(from));
    expect(others.map(({ said }) => said)).toEqual(Array(4).fill(['hello']));
    const ended = held.map(({ said }) => said.includes('closed'));
    expect(ended).toEqual([true, true, false, false, true, true, false, false]);
    // Nor do they take these places back.
    expect(connecting.from('192.0.2.1').said).toEqual(['refused', 'closed']);
    expect(others.map(({ said }) => said)).toEqual(Array(4).fill(['hello']));
  });

  test('[G8] an IPv6 network has the places of one address', () => {
    const connecting = new Connecting({ maxUnjoined: 100, unjoinedPerAddress: 2 });
    const said = ['2001:db8:0:7::1', '2001:db8:0:7::2', '2001:db8:0:7::3', '2001:db8:0:8::1'].map(
      (address) => connecting.from(address).said[0],
    );
    expect(said).toEqual(['hello', 'hello', 'refused', 'hello']);
  });

  test('[J1][G8] joins that follow each other while none is through make nobody stay longer', async () => {
    const relay = new MemoryRelay(new MemoryLogStore());
    relay.store.room = () => new Promise(() => {});
    const member = relay.connect();
    const document = newDocument();
    for (let seconds = 0; seconds < 15; seconds += 5) {
      member.join(document);
      await settled();
      expect(member.closed).toBe(false);
      relay.clock.pass(5000);
    }
    expect(member.all('refused')).toMatchObject([{ code: 'wrong-state' }]);
    expect(member.closed).toBe(true);
  });
});
