import { describe, expect, test } from 'vitest';
import { StoreError } from '../../relay-server/log-store.ts';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import { heldRelay } from './held-relay.ts';
import { MemoryRelay, settled } from './memory-relay.ts';
import { newDocument, randomEntry } from './test-document.ts';

describe('a store that fails', () => {
  test('[G1] after a failed write every open room reads its head again before it appends', async () => {
    const { store, ...rest } = heldRelay();
    const [document, other] = [newDocument(), newDocument()];
    const ann = await rest.join(document, { create: true });
    const eve = await rest.join(other, { create: true });
    eve.append(1, randomEntry());
    await settled();
    const reads: string[] = [];
    const room = store.room.bind(store);
    store.room = (roomId) => {
      reads.push(roomId);
      return room(roomId);
    };
    store.failNextWrite(new StoreError('disk-full', 'full'));
    ann.append(1, randomEntry());
    await settled();
    expect(ann.all('refused')).toMatchObject([{ code: 'disk-full', ref: 1 }]);
    eve.append(2, randomEntry());
    await settled();
    expect(eve.acked).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(reads).toContain(other.roomId);
  });

  test('[G1] a write that failed and is on disk nevertheless is published, and its retry is not stored twice', async () => {
    const { store, ...rest } = heldRelay();
    const document = newDocument();
    const ann = await rest.join(document, { create: true });
    const bob = await rest.join(document);
    const append = store.append.bind(store);
    store.append = async (entries) => {
      store.append = append;
      await append(entries);
      throw new StoreError('store-failed', 'The answer was lost.');
    };
    const entry = randomEntry();
    ann.append(1, entry);
    await settled();
    expect(ann.all('refused')).toMatchObject([{ code: 'store-failed', ref: 1 }]);
    ann.join(document);
    await settled();
    ann.append(1, entry);
    await settled();
    expect(ann.acked).toEqual([[1, 1]]);
    expect(bob.seqs).toEqual([1]);
    expect(bob.all('live').at(-1)).toMatchObject({ seq: 1 });
  });

  test('[S1] when the store lost entries that were sent, everyone has to join again', async () => {
    const store = new MemoryLogStore();
    const rest = new MemoryRelay(store);
    const document = newDocument();
    const ann = await rest.join(document, { create: true });
    const bob = await rest.join(document);
    ann.append(1, randomEntry());
    await settled();
    const position = store.position.bind(store);
    store.position = async () => ({ mark: randomEntry(16), logBytes: 0 });
    store.failNextWrite(new StoreError('store-failed', 'gone'));
    ann.append(2, randomEntry());
    await settled();
    ann.join(document);
    await settled();
    ann.append(3, randomEntry());
    await settled();
    store.position = position;
    expect(bob.all('refused').at(-1)).toMatchObject({ code: 'store-failed', ref: undefined });
  });

  test('[G1] what the store lost while its acknowledgement waited for a pause is not acknowledged', async () => {
    const store = new MemoryLogStore();
    const rest = new MemoryRelay(store);
    const document = newDocument();
    const ann = await rest.join(document, { create: true });
    const bob = await rest.join(document);
    rest.sharedMs = 20;
    ann.append(1, randomEntry());
    await settled();
    bob.append(1, randomEntry());
    await settled();
    store.position = async () => ({ mark: randomEntry(16), logBytes: 0 });
    store.failNextWrite(new StoreError('store-failed', 'gone'));
    ann.append(2, randomEntry());
    await settled();
    ann.join(document);
    await settled();
    ann.append(3, randomEntry());
    await settled();
    rest.clock.pass(100);
    expect([ann.acked[0], bob.acked]).toEqual([[1, 1], []]);
  });
});
