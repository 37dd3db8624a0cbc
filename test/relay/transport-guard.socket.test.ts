import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeFrame } from '../../protocol/frame-parser.ts';
import { controlPace } from '../../relay-server/transport-guard.ts';
import { waitFor } from '../app/wait-for.ts';
import { ListeningRelay } from './listening-relay.ts';
import { RawPolling } from './raw-polling.ts';
import { opcodes, RawWebSocket, webSocketFrame } from './raw-web-socket.ts';
import { newDocument, randomEntry } from './test-document.ts';

let relay: ListeningRelay;
const raws: RawWebSocket[] = [];

beforeEach(async () => {
  // So long that nothing but the guard ends a connection while a test waits.
  relay = await ListeningRelay.start({ config: { joinWithinMs: 600_000 } });
});
afterEach(async () => {
  for (const raw of raws.splice(0)) raw.close();
  await relay.close();
});

async function greeted(): Promise<RawWebSocket> {
  const raw = await RawWebSocket.greeted(relay.url);
  raws.push(raw);
  return raw;
}

/** A member that was there before goes on writing. */
async function othersAreServed(): Promise<void> {
  const ann = await relay.join(newDocument(), { create: true });
  expect(await ann.appended(1, randomEntry())).toBe(1);
}

const tooMany = controlPace.burst + 1;

describe('below the messages of the protocol', () => {
  test('[W5][G8] a second connect on a connection ends it, and makes no member with fresh limits', async () => {
    const raw = await greeted();
    raw.text('40');
    await raw.ended();
    expect(raw.messages).toHaveLength(1);
    await othersAreServed();
  });

  test('[W5][G8] a connection whose member disconnects ends, and is not kept for nothing', async () => {
    const raw = await greeted();
    raw.text('41');
    await raw.ended();
    await waitFor('the session to be gone', () => relay.server.sessions === 0);
    await othersAreServed();
  });

  for (const [what, connects] of [
    ['two', 2],
    ['as many as fit in', 340_000],
  ] as const) {
    test(`[W5][G8] ${what} connects in one POST end the session, and no member is made`, async () => {
      const polling = await RawPolling.opened(relay.url);
      await polling.post(Array(connects).fill('40').join('\u001e'));
      expect((await polling.poll()).status).toBe(400);
      expect(relay.server.connections).toBe(0);
      await othersAreServed();
    });
  }

  for (const [what, packet] of [
    ['connects to other namespaces', webSocketFrame(opcodes.text, Buffer.from('40/other,'))],
    ['pongs', webSocketFrame(opcodes.text, Buffer.from('3'))],
    ['pings of WebSocket', webSocketFrame(opcodes.ping, new Uint8Array(125))],
  ] as const) {
    test(`[G8] ${what} beyond the bound end the connection, joined or not`, async () => {
      const raw = await greeted();
      for (let sent = 0; sent < tooMany; sent++) raw.bytes(packet);
      await raw.ended();
      const unconnected = await RawWebSocket.open(relay.url);
      raws.push(unconnected);
      for (let sent = 0; sent < tooMany; sent++) unconnected.bytes(packet);
      await unconnected.ended();
      await othersAreServed();
    });
  }

  test('[G8] what a client may send below the messages does not end its connection', async () => {
    const raw = await greeted();
    for (let sent = 0; sent < 5; sent++) raw.frame(opcodes.ping, new Uint8Array(125));
    for (let sent = 0; sent < 5; sent++) raw.text('3');
    raw.binary(encodeFrame('presence', Uint8Array.of(1, 1)));
    await raw.refused('wrong-state');
    expect(raw.closed).toBe(false);
  });
});
