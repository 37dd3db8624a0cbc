import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../app/wait-for.ts';
import { ListeningRelay } from './listening-relay.ts';
import { requestHead, sendRaw } from './raw-http.ts';
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

test.each(['reset', 'ended'] as const)(
  '[W6] [G8] handshakes that are %s before it is their turn leave nothing behind, and the next is let in',
  async (how) => {
    relay = await ListeningRelay.start();
    const upgrade = requestHead(
      'GET',
      '/socket.io/?EIO=4&transport=websocket',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ).replace('Connection: close', 'Connection: Upgrade');
    const sockets = await Promise.all(Array.from({ length: 600 }, () => sendRaw(relay.url, upgrade)));
    await waitFor('the first to be let in', () => relay.server.sessions > 0);
    for (const socket of sockets) {
      if (how === 'reset') socket.resetAndDestroy();
      else socket.destroy();
    }
    await relay.join(newDocument(), { create: true });
    await waitFor('nobody else to be left', () => relay.server.sessions === 1, {
      seen: () => relay.server.sessions,
      deadlineMs: 60_000,
    });
  },
);
