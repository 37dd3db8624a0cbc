import { describe, expect, test } from 'vitest';
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

  test('[A2][A6] while fan-out pauses, acknowledgements wait for the frame they leave with', async () => {
    const relay = new MemoryRelay(new MemoryLogStore());
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    relay.sharedMs = 10;
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
