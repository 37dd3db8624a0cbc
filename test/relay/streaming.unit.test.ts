import { describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import { HeldStore } from './held-store.ts';
import { MemoryRelay, settled } from './memory-relay.ts';
import { newDocument, randomEntry } from './test-document.ts';

describe('the stream', () => {
  test('[S1] a cursor the log agrees with gets the delta, any other the whole log', async () => {
    const relay = new MemoryRelay(new MemoryLogStore());
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    for (let ref = 1; ref <= 3; ref++) ann.append(ref, randomEntry());
    await settled();
    const position = await relay.store.position(document.roomId, 2);
    const mark = position?.mark ?? randomEntry(16);
    const cases = [
      { cursor: { seq: 2, mark }, start: 'delta', seqs: [3] },
      { cursor: { seq: 2, mark: randomEntry(16) }, start: 'log', seqs: [1, 2, 3] },
      { cursor: { seq: 9, mark }, start: 'log', seqs: [1, 2, 3] },
      { cursor: { seq: 0, mark: randomEntry(16) }, start: 'log', seqs: [1, 2, 3] },
      { cursor: undefined, start: 'log', seqs: [1, 2, 3] },
    ] as const;
    for (const { cursor, start, seqs } of cases) {
      const bob = await relay.join(document, { cursor });
      expect(bob.all('joined')).toMatchObject([{ start, head: { seq: 3 } }]);
      expect(bob.seqs).toEqual(seqs);
      expect(bob.all('live')).toMatchObject([{ seq: 3 }]);
    }
  });

  test('[S2] entries travel in frames of at most 64 KiB, one entry at least, from the log and live', async () => {
    const store = new HeldStore();
    const relay = new MemoryRelay(store);
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    const bob = await relay.join(document);
    const sizes = [limits.inlineEntryBytes, 40_000, 40_000, 10, 10, limits.inlineEntryBytes, 5];
    store.hold();
    for (const [ref, size] of [1, ...sizes].entries()) {
      ann.append(ref, randomEntry(size));
      if (ref === 0) await settled();
    }
    store.release();
    await settled();
    const late = await relay.join(document);
    for (const member of [bob, late]) {
      const frames = member.all('entries').map(({ entries }) => entries.map(({ length }) => length));
      expect(frames.flat()).toEqual([1, ...sizes]);
      for (const frame of frames) {
        expect(frame.length === 1 || frame.reduce((sum, size) => sum + size, 0) <= limits.chunkBytes).toBe(
          true,
        );
      }
      expect(frames.length).toBeLessThan(7);
    }
  });

  test('[S4][G7] a reader that does not confirm gets its budget and no more, then the rest at its pace', async () => {
    const budget = 4 * limits.chunkBytes;
    const relay = new MemoryRelay(new MemoryLogStore(), { readerBudgetBytes: budget });
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    const slow = await relay.join(document);
    const count = 40;
    for (let ref = 1; ref <= count; ref++) {
      ann.append(ref, randomEntry(30_000));
      await settled();
      ann.say({ event: 'confirm', message: { bytes: ann.streamBytes } });
    }
    expect(ann.seqs).toHaveLength(count);
    expect(slow.streamBytes).toBeGreaterThanOrEqual(budget);
    expect(slow.streamBytes).toBeLessThan(budget + 2 * limits.chunkBytes);
    for (let turn = 0; turn < count && slow.seqs.length < count; turn++) {
      slow.say({ event: 'confirm', message: { bytes: slow.streamBytes } });
      await settled();
    }
    expect(slow.seqs).toEqual(ann.seqs);
    expect(slow.all('live').at(-1)).toMatchObject({ seq: count });
    slow.say({ event: 'confirm', message: { bytes: slow.streamBytes } });
    ann.append(99, randomEntry());
    await settled();
    expect(slow.seqs.at(-1)).toBe(count + 1);
  });

  test('[S4] confirming more than was sent lends nothing', async () => {
    const budget = 2 * limits.chunkBytes;
    const relay = new MemoryRelay(new MemoryLogStore(), { readerBudgetBytes: budget });
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    const liar = await relay.join(document);
    liar.say({ event: 'confirm', message: { bytes: Number.MAX_SAFE_INTEGER } });
    for (let ref = 1; ref <= 20; ref++) {
      ann.append(ref, randomEntry(30_000));
      await settled();
      ann.say({ event: 'confirm', message: { bytes: ann.streamBytes } });
    }
    expect(liar.streamBytes).toBeLessThan(budget + 2 * limits.chunkBytes);
  });

  test('[S5] a member goes live without missing or repeating an entry, whenever it joins', async () => {
    const relay = new MemoryRelay(new MemoryLogStore());
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    const others: ReturnType<typeof relay.connect>[] = [];
    const count = 60;
    for (let ref = 1; ref <= count; ref++) {
      ann.append(ref, randomEntry(3000));
      if (ref % 5 === 0) {
        const other = relay.connect();
        other.join(document);
        others.push(other);
      }
      // Joins and writes meet at every point of each other.
      for (let turn = 0; turn < ref % 7; turn++) await Promise.resolve();
      if (ref % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await settled();
    const all = Array.from({ length: count }, (_, i) => i + 1);
    for (const other of others) expect(other.seqs).toEqual(all);
  });

  test('[S3][U3] a large entry reaches live members and newcomers in parts, between its neighbours', async () => {
    const relay = new MemoryRelay(new MemoryLogStore());
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    const bob = await relay.join(document);
    const large = randomEntry(3 * limits.chunkBytes + 5);
    ann.append(1, randomEntry());
    await settled();
    for (let offset = 0; offset < large.length; offset += limits.chunkBytes) {
      const chunk = large.subarray(offset, offset + limits.chunkBytes);
      ann.say({ event: 'upload', message: { ref: 2, kind: 'entry', total: large.length, offset, chunk } });
      await settled();
    }
    ann.append(3, randomEntry());
    await settled();
    expect(ann.all('received').map(({ bytes }) => bytes)).toEqual([65536, 131072, 196608, large.length]);
    expect(ann.acked).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    const late = await relay.join(document);
    for (const member of [ann, bob, late]) {
      const order = member.received.flatMap(({ event, message }) => {
        if (event === 'entries') return [`entry ${message.firstSeq}`];
        return event === 'part' ? [`part of ${message.seq}`] : [];
      });
      expect(order).toEqual(['entry 1', ...Array.from({ length: 4 }, () => 'part of 2'), 'entry 3']);
      const parts = member.all('part').map(({ chunk }) => chunk);
      expect(Buffer.compare(Buffer.concat(parts), large)).toBe(0);
      expect(member.all('live').at(-1)).toMatchObject({ seq: member === late ? 3 : 2 });
    }
  });

  test('[A3][U3] an upload of bytes that are stored is acknowledged with their seq and not stored again', async () => {
    const relay = new MemoryRelay(new MemoryLogStore());
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    const chunk = randomEntry(limits.chunkBytes);
    const total = 2 * limits.chunkBytes;
    for (const ref of [1, 2]) {
      for (const offset of [0, limits.chunkBytes]) {
        ann.say({ event: 'upload', message: { ref, kind: 'entry', total, offset, chunk } });
        await settled();
      }
    }
    expect(ann.acked).toEqual([
      [1, 1],
      [2, 1],
    ]);
    expect(await relay.store.room(document.roomId)).toMatchObject({ head: { seq: 1 } });
  });

  test('[G7] a room is in memory only while someone is in it', async () => {
    const relay = new MemoryRelay(new MemoryLogStore());
    const documents = Array.from({ length: 20 }, () => newDocument());
    const members = await Promise.all(documents.map((document) => relay.join(document, { create: true })));
    for (const member of members) member.append(1, randomEntry());
    await settled();
    expect(relay.relay.openRooms).toBe(20);
    for (const member of members.slice(0, 10)) member.say({ event: 'leave', message: null });
    for (const member of members.slice(10)) member.disconnect();
    expect(relay.relay.openRooms).toBe(0);
    const unknown = await relay.join(newDocument());
    expect(unknown.all('refused')).toMatchObject([{ code: 'unknown-document' }]);
    expect(relay.relay.openRooms).toBe(0);
  });

  test('[G1] an entry that cannot be read ends the stream of its reader with an error and is not sent', async () => {
    const store = new MemoryLogStore();
    const relay = new MemoryRelay(store);
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    ann.append(1, randomEntry());
    await settled();
    store.read = async () => {
      throw new Error('Entry 1 is damaged.');
    };
    const bob = await relay.join(document);
    expect(bob.all('refused')).toMatchObject([{ code: 'store-failed', detail: 'Entry 1 is damaged.' }]);
    expect(bob.seqs).toEqual([]);
    expect(relay.warnings.join()).toContain('damaged');
    ann.append(2, randomEntry());
    await settled();
    expect(ann.seqs).toEqual([1, 2]);
  });

  test('[J1][G8] who does not join in time is closed', async () => {
    const relay = new MemoryRelay(new MemoryLogStore(), { joinWithinMs: 15_000 });
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    const silent = relay.connect();
    relay.clock.pass(14_999);
    expect(silent.closed).toBe(false);
    relay.clock.pass(1);
    expect(silent.closed).toBe(true);
    relay.clock.pass(3_600_000);
    expect(ann.closed).toBe(false);
    ann.say({ event: 'leave', message: null });
    relay.clock.pass(15_000);
    expect(ann.closed).toBe(true);
  });
});
