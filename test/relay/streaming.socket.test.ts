import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import { waitFor } from '../app/wait-for.ts';
import { ListeningRelay } from './listening-relay.ts';
import { RawMember } from './raw-member.ts';
import { newDocument, randomEntry } from './test-document.ts';

let relay: ListeningRelay;

beforeEach(async () => {
  relay = await ListeningRelay.start();
});
afterEach(async () => {
  await relay.close();
});

describe('members over Socket.IO', () => {
  test('[A2][S5] an append is acknowledged and reaches every live member, the sender included', async () => {
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    const bob = await relay.join(document, { role: 'view' });
    const entry = randomEntry();
    expect(await ann.appended(1, entry)).toBe(1);
    for (const member of [ann, bob]) {
      await member.liveWith(1);
      expect(member.entries.get(1)).toEqual(entry);
    }
  });

  test('[U1][S3] five megabytes arrive whole, and the sender is told of progress', async () => {
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    const bob = await relay.join(document);
    const large = randomEntry(5 * 1024 * 1024);
    await ann.upload(1, large);
    expect(await ann.ack(1)).toBe(1);
    await bob.liveWith(1);
    expect(Buffer.compare(bob.entries.get(1) ?? new Uint8Array(), large)).toBe(0);
    expect(ann.all('received').length).toBe(large.length / limits.chunkBytes);
  });

  test('[U1] an upload ends with its connection, and leaves nothing', async () => {
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    const bob = await relay.join(document);
    const chunk = randomEntry(limits.chunkBytes);
    bob.send({ event: 'upload', message: { ref: 1, kind: 'entry', total: 1e6, offset: 0, chunk } });
    await bob.message('received');
    bob.close();
    await waitFor('Bob has left', () => ann.all('left').length > 0, { seen: () => ann.describe() });
    await ann.appended(1, randomEntry());
    expect(await relay.store.room(document.roomId)).toMatchObject({ head: { seq: 1 } });
  });

  test('[P3] a connection that closes late does not remove the session that replaced it', async () => {
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    const old = await relay.join(document);
    const fresh = await relay.join(document);
    fresh.send({ event: 'presence', message: { counter: 1, sealed: randomEntry(50) } });
    old.close();
    const oldId = old.last('joined')?.memberId;
    await waitFor('the old one left', () => ann.all('left').length > 0, { seen: () => ann.describe() });
    expect(ann.all('left')).toEqual([[oldId]]);
    expect(await fresh.appended(1, randomEntry())).toBe(1);
    await fresh.liveWith(1);
  });

  test('[G9] with WebSocket refused the same works over polling', async () => {
    await relay.close();
    relay = await ListeningRelay.start({ transports: 'polling-only' });
    const refused = RawMember.start(relay.url, ['websocket']);
    await refused.closed();
    const document = newDocument();
    const ann = await relay.connect(['polling', 'websocket']);
    await ann.join(document, { create: true });
    const bob = await relay.connect(['polling']);
    await bob.join(document);
    await bob.liveWith(0);
    expect(ann.socket.io.engine.transport.name).toBe('polling');
    const large = randomEntry(1024 * 1024);
    await ann.upload(1, large);
    await ann.ack(1);
    for (let ref = 2; ref <= 20; ref++) ann.append(ref, randomEntry());
    await bob.liveWith(20);
    expect(Buffer.compare(bob.entries.get(1) ?? new Uint8Array(), large)).toBe(0);
  });

  test('[G8] a page of another origin is refused, the app and the own page are not', async () => {
    const { host } = new URL(relay.url);
    const status = async (origin: string) => {
      const response = await fetch(`${relay.url}/socket.io/?EIO=4&transport=polling`, {
        headers: { origin },
      });
      return [response.status, response.headers.get('access-control-allow-origin')];
    };
    expect(await status('https://evil.example')).toEqual([403, null]);
    expect(await status('app://inkroom')).toEqual([200, 'app://inkroom']);
    expect(await status(`http://${host}`)).toEqual([200, `http://${host}`]);
  });
});

describe('readers that do not keep up', () => {
  const megabytes = 24;
  /** Shorter than a ping and its timeout, so that it is not they who cut the connection. */
  const lieMs = 15_000;

  test('[G7][S4] one that never confirms costs its budget, and is caught up from the log when it does', async () => {
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    const slow = await relay.join(document);
    slow.confirms = false;
    const entry = () => randomEntry(60_000);
    const count = Math.ceil((megabytes * 1024 * 1024) / 60_000);
    for (let ref = 1; ref <= count; ref += 10) {
      const last = Math.min(count, ref + 9);
      for (let each = ref; each <= last; each++) ann.append(each, entry());
      await ann.ack(last);
    }
    await ann.liveWith(count);
    const bytes = [...slow.entries.values()].reduce((sum, { length }) => sum + length, 0);
    expect(bytes).toBeLessThan(limits.readerBudgetBytes + 10 * 60_000);
    slow.confirms = true;
    slow.confirm();
    await slow.liveWith(count);
    expect([...slow.entries.keys()]).toEqual(Array.from({ length: count }, (_, i) => i + 1));
    await ann.appended(count + 1, randomEntry());
    await slow.liveWith(count + 1);
  });

  test('[G7] one that confirms without reading is cut off', async () => {
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    for (let ref = 1; ref <= 400; ref++) {
      ann.append(ref, randomEntry(limits.inlineEntryBytes));
      if (ref % 10 === 0) await ann.ack(ref);
    }
    const liar = await relay.connect();
    const before = relay.server.connections;
    pauseReading(liar);
    liar.sendJoin(document);
    const lying = setInterval(() => {
      liar.send({ event: 'confirm', message: { bytes: Number.MAX_SAFE_INTEGER } });
    }, 1);
    try {
      await waitFor('the relay cuts the connection', () => relay.server.connections < before, {
        seen: () => `${relay.server.connections} connections`,
        deadlineMs: lieMs,
      });
    } finally {
      clearInterval(lying);
    }
    expect(await ann.appended(401, randomEntry())).toBe(401);
  });
});

/** The client's TCP socket takes nothing more from the network. */
function pauseReading(member: RawMember): void {
  const transport: unknown = member.socket.io.engine.transport;
  const webSocket: unknown =
    typeof transport === 'object' && transport !== null && Reflect.get(transport, 'ws');
  const tcp: unknown =
    typeof webSocket === 'object' && webSocket !== null && Reflect.get(webSocket, '_socket');
  if (typeof tcp !== 'object' || tcp === null || !('pause' in tcp) || typeof tcp.pause !== 'function') {
    throw new Error('no TCP socket to pause');
  }
  tcp.pause();
}
