import { describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import { StoreError } from '../../relay-server/log-store.ts';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import { recentEntryCount } from '../../relay-server/recent-entries.ts';
import { heldRelay } from './held-relay.ts';
import { MemoryRelay, settled } from './memory-relay.ts';
import { newDocument, randomEntry } from './test-document.ts';

describe('appending', () => {
  test('[A2][A6] nothing is acknowledged or sent before the write ends; what came meanwhile shares the next', async () => {
    const { relay, store, ...rest } = heldRelay();
    const [document, other] = [newDocument(), newDocument()];
    const ann = await rest.join(document, { create: true });
    const bob = await rest.join(document);
    const eve = await rest.join(other, { create: true });
    store.hold();
    ann.append(1, randomEntry());
    await settled();
    ann.append(2, randomEntry());
    bob.append(1, randomEntry());
    eve.append(1, randomEntry());
    await settled();
    expect([ann.acked, bob.acked, eve.acked, ann.seqs, bob.seqs]).toEqual([[], [], [], [], []]);
    store.release();
    await settled();
    expect(store.batches).toEqual([1, 3]);
    expect(ann.acked).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect([bob.acked, eve.acked]).toEqual([[[1, 3]], [[1, 1]]]);
    expect(bob.all('entries').map(({ entries }) => entries.length)).toEqual([1, 2]);
    expect(relay.openRooms).toBe(2);
  });

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

  test('[A2][A6] while fan-out pauses, acknowledgements wait for the frame they leave with', async () => {
    const relay = new MemoryRelay(new MemoryLogStore());
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    relay.broadcastMs = 10;
    ann.append(1, randomEntry());
    await settled();
    const before = ann.received.length;
    ann.append(2, randomEntry());
    await settled();
    expect([ann.acked, ann.received.length]).toEqual([[[1, 1]], before]);
    relay.clock.pass(20);
    expect(ann.received.slice(before).map(({ event }) => event)).toEqual(['ack', 'entries']);
    relay.clock.pass(50);
    ann.append(3, randomEntry());
    await settled();
    ann.append(4, randomEntry());
    await relay.relay.close();
    expect(ann.acked.map(([ref]) => ref)).toEqual([1, 2, 3, 4]);
  });

  test('[J5] editors that create a room in the same moment write one log', async () => {
    const rest = heldRelay();
    const document = newDocument();
    const members = Array.from({ length: 5 }, () => rest.connect());
    for (const member of members) member.join(document, { create: true });
    await settled();
    for (const member of members) member.append(1, randomEntry());
    await settled();
    expect(members.map(({ acked }) => acked)).toEqual([1, 2, 3, 4, 5].map((seq) => [[1, seq]]));
    for (const member of members) expect(member.seqs).toEqual([1, 2, 3, 4, 5]);
  });

  test('[A3] equal bytes are stored once, whether stored, being written, or in the same batch', async () => {
    const { store, ...rest } = heldRelay();
    const document = newDocument();
    const ann = await rest.join(document, { create: true });
    const [first, second] = [randomEntry(), randomEntry()];
    store.hold();
    ann.append(1, first);
    await settled();
    ann.append(2, first);
    ann.append(3, second);
    ann.append(4, second);
    store.release();
    await settled();
    ann.append(5, first);
    await settled();
    expect(ann.acked).toEqual([
      [1, 1],
      [2, 1],
      [3, 2],
      [4, 2],
      [5, 1],
    ]);
    expect(ann.seqs).toEqual([1, 2]);
  });

  test('[A3] the window is read from the store when a room is opened again, and ends at its length', async () => {
    const { store, ...rest } = heldRelay();
    const document = newDocument();
    const ann = await rest.join(document, { create: true });
    const entries = Array.from({ length: recentEntryCount + 1 }, () => randomEntry(40));
    for (const [i, entry] of entries.entries()) {
      ann.append(i, entry);
      if (i % 50 === 0) await settled();
    }
    await settled();
    expect(ann.acked).toHaveLength(entries.length);
    ann.disconnect();
    expect(rest.relay.openRooms).toBe(0);
    const bob = await rest.join(document);
    bob.append(1, entries[1] ?? randomEntry());
    bob.append(2, entries[0] ?? randomEntry());
    await settled();
    expect(bob.acked).toEqual([
      [1, 2],
      [2, entries.length + 1],
    ]);
    expect(store.batches.reduce((sum, size) => sum + size, 0)).toBe(entries.length + 1);
  });

  test('[A4] after a refusal later appends are refused until the next join', async () => {
    const { store, ...rest } = heldRelay();
    const document = newDocument();
    const ann = await rest.join(document, { create: true });
    const bob = await rest.join(document);
    store.hold();
    ann.append(1, randomEntry());
    await settled();
    ann.append(2, randomEntry());
    bob.append(1, randomEntry());
    store.failNextWrite(new StoreError('store-failed', 'The disk is gone.'));
    store.release();
    await settled();
    ann.append(3, randomEntry());
    await settled();
    expect(ann.all('refused').map(({ code, ref }) => [code, ref])).toEqual([
      ['store-failed', 1],
      ['rejoin-first', 2],
      ['rejoin-first', 3],
    ]);
    expect(bob.all('refused')).toMatchObject([{ code: 'store-failed', ref: 1 }]);
    expect(ann.acked).toEqual([]);
    ann.join(document);
    await settled();
    ann.append(4, randomEntry());
    await settled();
    expect(ann.acked).toEqual([[4, 1]]);
    expect(bob.seqs).toEqual([1]);
  });

  test('[A4] an append that was refused while joining is not overtaken by a later one', async () => {
    const rest = heldRelay();
    const document = newDocument();
    await rest.join(document, { create: true });
    const ann = rest.connect();
    ann.join(document);
    ann.append(1, randomEntry());
    await settled();
    ann.append(2, randomEntry());
    await settled();
    expect(ann.all('refused').map(({ code, ref }) => [code, ref])).toEqual([
      ['wrong-state', 1],
      ['rejoin-first', 2],
    ]);
  });

  test('[A2] an answer to an append of an earlier join is not given to a later one', async () => {
    const { store, ...rest } = heldRelay();
    const document = newDocument();
    const ann = await rest.join(document, { create: true });
    store.hold();
    ann.append(1, randomEntry());
    await settled();
    ann.join(document);
    await settled();
    const entry = randomEntry();
    ann.append(1, entry);
    store.release();
    await settled();
    expect(ann.acked).toEqual([[1, 2]]);
  });

  test("[A5][G6] a viewer's append is refused and reaches nobody", async () => {
    const rest = heldRelay();
    const document = newDocument();
    const ann = await rest.join(document, { create: true });
    const eve = await rest.join(document, { role: 'view' });
    eve.append(1, randomEntry());
    await settled();
    expect(eve.all('refused')).toMatchObject([{ code: 'view-only', ref: 1 }]);
    eve.say({
      event: 'upload',
      message: { ref: 2, kind: 'entry', total: 200_000, offset: 0, chunk: randomEntry(10) },
    });
    await settled();
    expect(eve.all('refused')[1]).toMatchObject({ code: 'rejoin-first', ref: 2 });
    expect(ann.seqs).toEqual([]);
    expect(await rest.store.room(document.roomId)).toMatchObject({ head: { seq: 0 } });
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

  test('[R1] a relay that closes finishes its writes, then tells everyone', async () => {
    const { store, ...rest } = heldRelay();
    const document = newDocument();
    const ann = await rest.join(document, { create: true });
    store.hold();
    ann.append(1, randomEntry());
    await settled();
    const closing = rest.relay.close();
    ann.append(2, randomEntry());
    store.release();
    await closing;
    expect(ann.acked).toEqual([[1, 1]]);
    expect(ann.all('refused').map(({ code, ref }) => [code, ref])).toEqual([
      ['closing', 2],
      ['closing', undefined],
    ]);
    expect(ann.closed).toBe(true);
    const late = rest.connect();
    expect(late.all('refused')).toMatchObject([{ code: 'closing' }]);
  });
});
