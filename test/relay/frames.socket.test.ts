import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ListeningRelay } from './listening-relay.ts';
import { newDocument, randomEntry } from './test-document.ts';

/** Entries whose frames are the longest and shortest of each form of a WebSocket frame's length: 125, 126, 65,535, 65,536 bytes. */
const entryBytes = [121, 122, 65_529, 65_530];

let relay: ListeningRelay;

beforeEach(async () => {
  relay = await ListeningRelay.start();
});
afterEach(async () => {
  await relay.close();
});

describe('frames that are made once for all', () => {
  test.each(['websocket', 'polling'])(
    '[W2] arrive whole and in order over %s, at every form of their length',
    async (transport) => {
      const document = newDocument();
      const ann = await relay.join(document, { create: true });
      const bob = await relay.connect([transport]);
      await bob.join(document);
      await bob.liveWith(0);
      const entries = entryBytes.map((length) => randomEntry(length));
      for (const [i, entry] of entries.entries()) await ann.appended(i + 1, entry);
      await bob.liveWith(entries.length);
      expect([...bob.entries.values()].map(({ length }) => length)).toEqual(entryBytes);
      expect([...bob.entries.values()]).toEqual(entries);
    },
  );

  test('[W2] many at once keep their order, also where some wait behind others', async () => {
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    const bob = await relay.join(document);
    const entries = Array.from({ length: 60 }, (_, i) => randomEntry(i % 3 === 0 ? 60_000 : 50));
    entries.forEach((entry, i) => {
      ann.append(i + 1, entry);
    });
    await ann.ack(entries.length);
    await bob.liveWith(entries.length);
    expect([...bob.entries.keys()]).toEqual(entries.map((_, i) => i + 1));
    expect([...bob.entries.values()]).toEqual(entries);
  });
});
