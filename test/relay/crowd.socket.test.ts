import { afterEach, expect, test, vi } from 'vitest';
import { encodeClientMessage } from '../../protocol/client-messages.ts';
import { encodeFrame } from '../../protocol/frame-parser.ts';
import { waitFor } from '../app/wait-for.ts';
import { ListeningRelay } from './listening-relay.ts';
import { requestHead, sendRaw } from './raw-http.ts';
import { opcodes, RawWebSocket } from './raw-web-socket.ts';
import { joinOf, newDocument } from './test-document.ts';

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

test('[J8] [W6] a join that waits longer for its turn than a join may take is let in, and pings are answered meanwhile', async () => {
  relay = await ListeningRelay.start({ config: { joinWithinMs: 2000 } });
  const ann = await RawWebSocket.greeted(relay.url);
  const [hello] = ann.messages;
  if (hello?.event !== 'hello') throw new Error('no hello');
  const { arrivals } = relay.server.relay.addresses.turnsOf('127.0.0.1');
  // Two hundred at once, the rest in four seconds.
  for (let others = 0; others < 1000; others++) arrivals.take('join', () => {});
  const taken = vi.spyOn(arrivals, 'take');
  const { nonce } = hello.message;
  const message = joinOf(newDocument(), { nonce, host: new URL(relay.url).host, create: true });
  ann.binary(encodeFrame('join', encodeClientMessage({ event: 'join', message })));
  await waitFor('the join to wait', () => taken.mock.calls.length === 1);
  ann.frame(opcodes.ping, new Uint8Array(4));
  await waitFor('an answer to the ping', () => ann.pongs > 0, { seen: () => ann.describe() });
  expect(arrivals.waiting('join')).toBeGreaterThan(0);
  const joined = () => ann.messages.some(({ event }) => event === 'joined');
  await waitFor('joined', () => joined() || ann.closed, { seen: () => ann.describe() });
  expect([joined(), ann.refusals]).toEqual([true, []]);
  ann.close();
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
    const handshakes = () => Promise.all(Array.from({ length: 300 }, () => sendRaw(relay.url, upgrade)));
    const early = await handshakes();
    await waitFor('the first to be let in', () => relay.server.sessions > 0);
    const { arrivals } = relay.server.relay.addresses.turnsOf('127.0.0.1');
    // Joins are before connections: for fifty seconds no other has its turn.
    const joins = Array.from({ length: 10_000 }, () => arrivals.take('join', () => {}));
    const late = await handshakes();
    const waiting = () => arrivals.waiting('connection');
    await waitFor('the others to wait', () => waiting() >= late.length, { seen: waiting });
    for (const socket of [...early, ...late]) {
      if (how === 'reset') socket.resetAndDestroy();
      else socket.end();
    }
    await waitFor('their turns to be given up', () => waiting() === 0, { seen: waiting });
    expect(arrivals.waiting('join'), 'and not to be over').toBeGreaterThan(0);
    for (const giveUp of joins) giveUp();
    await relay.join(newDocument(), { create: true });
    await waitFor('nobody else to be left', () => relay.server.sessions === 1, {
      seen: () => relay.server.sessions,
      deadlineMs: 60_000,
    });
  },
);
