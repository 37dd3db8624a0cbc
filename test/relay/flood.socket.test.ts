import { afterEach, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import { waitFor } from '../app/wait-for.ts';
import { ListeningRelay } from './listening-relay.ts';
import { RawMember } from './raw-member.ts';
import { newDocument, randomEntry } from './test-document.ts';

let relay: ListeningRelay;

afterEach(() => relay.close());

test.each(['websocket', 'polling'])(
  '[R4] [G8] what a script writes without waiting arrives in time, over %s, and its connection lives',
  async (transport) => {
    relay = await ListeningRelay.start();
    const document = newDocument();
    const flooder = await RawMember.connect(relay.url, [transport]);
    await flooder.join(document, { create: true });
    for (let ref = 1; ref <= 500; ref++) flooder.append(ref, randomEntry(30));
    for (let counter = 1; counter <= 300; counter++)
      flooder.send({ event: 'presence', message: { counter, sealed: randomEntry(limits.presenceBytes) } });
    const acked = () => flooder.all('ack').flatMap(({ acks }) => acks.map(({ ref }) => ref));
    await waitFor('all to be on the disk', () => acked().length === 500, { seen: () => acked().length });
    expect(acked()).toEqual(Array.from({ length: 500 }, (_, i) => i + 1));
    await flooder.appended(501, randomEntry(30));
    expect(flooder.closeReason).toBeUndefined();
  },
);
