import { describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import { heldRelay } from './held-relay.ts';
import { settled } from './memory-relay.ts';
import { newDocument, randomEntry } from './test-document.ts';

describe('a connection that floods', () => {
  test('[G8] a room that floods the relay delays itself: another one has its place in the next write, and each write an end', async () => {
    const { store, ...rest } = heldRelay();
    const floods = [newDocument(), newDocument(), newDocument()];
    const flooders = await Promise.all(floods.map((document) => rest.join(document, { create: true })));
    const ann = await rest.join(newDocument(), { create: true });
    store.hold();
    for (const [i, flooder] of flooders.entries())
      for (let ref = 1; ref <= 900; ref++) flooder.append(ref, randomEntry(i === 0 ? 3000 : 30));
    await settled();
    ann.append(1, randomEntry());
    store.release();
    for (let turns = 0; ann.acked.length === 0 && turns < 1000; turns++) await Promise.resolve();
    expect(store.batches.length, 'the write under way, and its own').toBeLessThanOrEqual(2);
    for (let turns = 0; turns < 150; turns++) {
      await settled();
      rest.clock.pass(100);
    }
    expect(flooders.map(({ acked }) => acked.length)).toEqual([900, 900, 900]);
    expect(Math.max(...store.batches)).toBeLessThanOrEqual(410);
  });

  test('[R4] [G8] whoever has far more under way than a client is read no further; what was read is taken as its address pays for it', async () => {
    const { store, ...rest } = heldRelay();
    const ann = await rest.join(newDocument(), { create: true });
    const bob = await rest.join(newDocument(), { create: true });
    store.hold();
    for (let ref = 1; ref <= limits.appendsInFlight; ref++) ann.append(ref, randomEntry());
    const eve = await rest.join(newDocument(), { create: true });
    for (let ref = 1; ref <= 100; ref++) for (const flooder of [bob, eve]) flooder.append(ref, randomEntry());
    await settled();
    expect([ann, bob, eve].map(({ isRead }) => isRead)).toEqual([true, false, false]);
    store.release();
    await settled();
    const acked = () => [bob, eve].map((flooder) => flooder.acked.length);
    expect(acked()).toEqual([65, 65]);
    rest.clock.pass(324);
    await settled();
    expect(acked(), 'two hundred in a second').toEqual([65, 65]);
    rest.clock.pass(1);
    await settled();
    expect(acked(), 'a piece').toEqual([97, 65]);
    rest.clock.pass(325);
    await settled();
    expect(acked(), 'one after another').toEqual([97, 97]);
    expect([bob.isRead, eve.isRead]).toEqual([false, false]);
    rest.clock.pass(320);
    await settled();
    expect(acked()).toEqual([100, 100]);
    expect([bob.isRead, eve.isRead]).toEqual([true, true]);
    expect(
      bob.acked.map(([ref]) => ref),
      'in their order',
    ).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    for (let ref = 1; ref <= 200; ref++) {
      ann.append(ref + 10, randomEntry());
      await settled();
      rest.clock.pass(1);
    }
    expect(ann.isRead, 'quick, but never much under way').toBe(true);
  });

  test('[R4] [G7] connections that flood and go leave nothing behind, and no debt that keeps others waiting', async () => {
    const rest = heldRelay();
    const document = newDocument();
    const timersBefore = rest.clock.timers;
    for (let round = 0; round < 100; round++) {
      const flooder = await rest.join(document, { create: true });
      for (let ref = 1; ref <= 65; ref++) flooder.append(ref, randomEntry(30));
      flooder.disconnect();
      await settled();
    }
    expect(rest.clock.timers).toBe(timersBefore);
    const ann = await rest.join(document);
    for (let ref = 1; ref <= 70; ref++) ann.append(ref, randomEntry(30));
    await settled();
    rest.clock.pass(5000);
    await settled();
    expect([ann.acked.length, ann.isRead]).toEqual([70, true]);
  });

  test('[R4] [G8] whoever is refused again and again is held back as well', async () => {
    const rest = heldRelay();
    const document = newDocument();
    await rest.join(document, { create: true });
    const viewer = await rest.join(document, { role: 'view' });
    for (let ref = 1; ref <= 600; ref++) viewer.append(ref, randomEntry(30));
    expect([viewer.all('refused').length, viewer.isRead]).toEqual([256, false]);
    for (let passed = 0; passed < 4000; passed += 100) rest.clock.pass(100);
    expect([viewer.all('refused').length, viewer.isRead, viewer.closed]).toEqual([600, true, false]);
  });

  test('[R4] [G7] more appends without an acknowledgement than the relay holds close the connection', async () => {
    const { store, ...rest } = heldRelay();
    const document = newDocument();
    const ann = await rest.join(document, { create: true });
    store.hold();
    for (let ref = 0; ref < 100 && !ann.closed; ref++) ann.append(ref, randomEntry(limits.inlineEntryBytes));
    expect(ann.all('refused').at(-1)).toMatchObject({ code: 'too-fast' });
    expect(ann.closed).toBe(true);
    store.release();
    await settled();
    expect(await store.room(document.roomId)).toMatchObject({ head: { seq: 17 } });
    expect(rest.relay.openRooms).toBe(0);
  });
});
