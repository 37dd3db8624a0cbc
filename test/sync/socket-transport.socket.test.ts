import { afterEach, describe, expect, it, vi } from 'vitest';
import { encodeClientMessage } from '../../protocol/client-messages.ts';
import type { RelayEvent } from '../../protocol/events.ts';
import { parseRelayMessage, type RelayMessage } from '../../protocol/relay-messages.ts';
import { openDocument } from '../../sync/node.ts';
import { socketTransport } from '../../sync/socket-transport.ts';
import { waitFor } from '../app/wait-for.ts';
import { ListeningRelay } from '../relay/listening-relay.ts';
import { newDocument, randomEntry } from '../relay/test-document.ts';

const dayMs = 24 * 3_600_000;

describe('a connection over Socket.IO', () => {
  let relay: ListeningRelay;
  afterEach(async () => {
    vi.useRealTimers();
    await relay.close();
  });

  it('[J3] [J7] what is sent on a connection that is over after a sleep, or after the clock was set, is not sent on the next one', async () => {
    relay = await ListeningRelay.start();
    const received: RelayMessage[] = [];
    let losses = 0;
    const transport = socketTransport(relay.url, {
      onMessage: (event, payload) => {
        const parsed = parseRelayMessage(event as RelayEvent, payload);
        if (parsed.ok) received.push(parsed.value);
      },
      onLost: () => {
        losses += 1;
      },
    });
    const append = (ref: number) =>
      transport.send(
        'append',
        encodeClientMessage({ event: 'append', message: { ref, entry: new Uint8Array(9) } }),
      );
    const hellos = () => received.filter(({ event }) => event === 'hello').length;
    const refusedRefs = () =>
      received.flatMap(({ event, message }) => (event === 'refused' ? [message.ref] : []));
    transport.connect();
    await waitFor('the first hello', () => hellos() === 1);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + dayMs });
    append(1);
    await waitFor('the connection to be lost', () => losses > 0);
    vi.useRealTimers();
    await waitFor('the second hello', () => hellos() === 2);
    append(2);
    await waitFor('an answer', () => refusedRefs().length > 0);
    expect(refusedRefs()).toEqual([2]);
    transport.disconnect();
  });

  it('[W1] carries one document at a time', async () => {
    relay = await ListeningRelay.start();
    const [first, second] = [newDocument(), newDocument()];
    const ann = await relay.join(first, { create: true });
    const boris = await relay.join(second, { create: true });
    const both = await relay.join(first);
    await both.join(second);
    await waitFor('the second document to be live', () => both.all('live').length === 2);
    await ann.appended(1, randomEntry());
    const entry = randomEntry();
    await boris.appended(1, entry);
    await waitFor('the entry of the second', () => both.all('entries').length > 0);
    expect(both.all('entries').map(({ entries }) => entries)).toEqual([[entry]]);
  });

  it('[W1] goes over WebSocket, and over long-polling where that is not to be had', async () => {
    const carriers: (string | undefined)[] = [];
    for (const transports of ['any', 'polling-only'] as const) {
      relay = await ListeningRelay.start({ transports });
      const copy = await openDocument({ document: 'new', relayUrl: relay.url });
      await copy.whenLive();
      carriers.push(copy.carrier);
      await copy.close();
      if (transports === 'any') await relay.close();
    }
    expect(carriers).toEqual(['websocket', 'polling']);
  });

  it('[G9] being hurried again and again does not break off an attempt that has just begun', async () => {
    relay = await ListeningRelay.start({ transports: 'polling-only' });
    let isGreeted = false;
    const transport = socketTransport(relay.url, {
      onMessage: (event) => {
        isGreeted ||= event === 'hello';
      },
      onLost: () => {},
    });
    transport.connect();
    const hurrying = setInterval(() => transport.hurry(), 1);
    try {
      await waitFor('the hello', () => isGreeted);
      expect(transport.carrier).toBe('polling');
    } finally {
      clearInterval(hurrying);
      transport.disconnect();
    }
  });
});
