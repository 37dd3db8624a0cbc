import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../app/wait-for.ts';
import { ListeningRelay } from './listening-relay.ts';
import { RawWebSocket } from './raw-web-socket.ts';
import { newDocument } from './test-document.ts';

let relay: ListeningRelay;

afterEach(() => relay.close());

test('[W6] [J8] two hundred people behind one address connect and join at once, and none is refused', async () => {
  relay = await ListeningRelay.start();
  const documents = Array.from({ length: 20 }, newDocument);
  for (const document of documents) await relay.join(document, { create: true });
  const people = Array.from({ length: 200 }, async (_, i) => {
    const document = documents[i % documents.length];
    if (document === undefined) throw new Error('no document');
    const member = await relay.connect(i % 10 === 0 ? ['polling'] : ['websocket']);
    await member.join(document);
    return member;
  });
  const members = await Promise.all(people);
  expect(members.flatMap((member) => member.all('refused'))).toEqual([]);
  expect(relay.server.connections).toBe(220);
});

test('[W6] [G8] handshakes that go before it is their turn leave nothing behind, and the next is let in', async () => {
  relay = await ListeningRelay.start({ config: { connectionsPerAddress: 400, unjoinedPerAddress: 400 } });
  const raws = Array.from({ length: 300 }, async () => {
    const raw = await RawWebSocket.open(relay.url).catch(() => undefined);
    raw?.socket.destroy();
  });
  await Promise.all(raws);
  await waitFor('all to be gone', () => relay.server.sessions === 0);
  await relay.join(newDocument(), { create: true });
});
