import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import { Addresses, uploadPace } from '../../relay-server/addresses.ts';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import { uploadPauseMs } from '../../relay-server/member-uploads.ts';
import { defaultRelayConfig } from '../../relay-server/relay-config.ts';
import { UploadSlots } from '../../relay-server/upload-slots.ts';
import type { MemoryMember } from './memory-relay.ts';
import { MemoryRelay, settled, TestClock } from './memory-relay.ts';
import { newDocument, randomEntry } from './test-document.ts';

const total = 3 * limits.chunkBytes;
const upload = randomEntry(total);

async function sendChunk(member: MemoryMember, ref: number, index: number): Promise<void> {
  const offset = index * limits.chunkBytes;
  const chunk = upload.subarray(offset, offset + limits.chunkBytes);
  member.say({ event: 'upload', message: { ref, kind: 'entry', total, offset, chunk } });
  await settled();
}

/** A relay with one slot, and how many spools it has open. */
function relayWithOneSlot() {
  const store = new MemoryLogStore();
  const spools = { open: 0 };
  const openSpool = store.openSpool.bind(store);
  store.openSpool = async () => {
    const spool = await openSpool();
    spools.open += 1;
    const discard = spool.discard.bind(spool);
    spool.discard = async () => {
      spools.open -= 1;
      await discard();
    };
    return spool;
  };
  return { relay: new MemoryRelay(store, { maxUploads: 1 }), spools };
}

describe('an upload that pauses', () => {
  test('[U1][G7] a stalled upload is refused after its pause, its spool goes, and its slot is free', async () => {
    const { relay, spools } = relayWithOneSlot();
    const document = newDocument();
    const ann = await relay.join(document, { create: true });
    const bob = await relay.join(document);
    await sendChunk(ann, 1, 0);
    await sendChunk(bob, 1, 0);
    expect(bob.all('refused')).toMatchObject([{ code: 'too-busy', ref: 1 }]);
    relay.clock.pass(uploadPauseMs - 1);
    expect(ann.all('refused')).toEqual([]);
    relay.clock.pass(1);
    await settled();
    expect(ann.all('refused')).toMatchObject([{ code: 'wrong-state', ref: 1 }]);
    expect(spools.open).toBe(0);
    bob.join(document);
    await settled();
    for (const index of [0, 1, 2]) await sendChunk(bob, 2, index);
    expect(bob.acked).toEqual([[2, 1]]);
    // Who stalled is not shut out: it joins again and sends the whole.
    ann.join(document);
    await settled();
    for (const index of [0, 1, 2]) await sendChunk(ann, 2, index);
    expect(ann.acked).toEqual([[2, 1]]);
    expect(ann.closed).toBe(false);
  });

  test('[U1] a slow upload whose chunks come within the pause is taken, and none of its timers outlives it', async () => {
    const { relay } = relayWithOneSlot();
    const ann = await relay.join(newDocument(), { create: true });
    for (const index of [0, 1, 2]) {
      await sendChunk(ann, 1, index);
      relay.clock.pass(uploadPauseMs - 1);
    }
    relay.clock.pass(uploadPauseMs);
    expect(ann.acked).toEqual([[1, 1]]);
    expect(ann.all('refused')).toEqual([]);
  });

  test('[U2] while the relay itself is slow to write, the pause counts from its answer', async () => {
    const { relay } = relayWithOneSlot();
    const openSpool = relay.store.openSpool.bind(relay.store);
    const writes: (() => void)[] = [];
    relay.store.openSpool = async () => {
      const spool = await openSpool();
      const write = spool.write.bind(spool);
      spool.write = async (chunk) => {
        await new Promise<void>((resolve) => writes.push(resolve));
        await write(chunk);
      };
      return spool;
    };
    const ann = await relay.join(newDocument(), { create: true });
    for (const index of [0, 1]) await sendChunk(ann, 1, index);
    relay.clock.pass(uploadPauseMs - 1);
    writes.shift()?.();
    await settled();
    relay.clock.pass(uploadPauseMs - 1);
    expect(ann.all('refused')).toEqual([]);
    relay.clock.pass(1);
    expect(ann.all('refused')).toMatchObject([{ code: 'wrong-state' }]);
  });
});

test('[U1][G8] an upload beyond the pace of its address is stored later, and nothing of it before', async () => {
  const { relay, spools } = relayWithOneSlot();
  const ann = await relay.join(newDocument(), { create: true });
  for (let ref = 1; ref <= uploadPace.burst; ref++)
    for (const index of [0, 1, 2]) await sendChunk(ann, ref, index);
  const last = uploadPace.burst + 1;
  const isAnswered = () => ann.all('received').some(({ ref }) => ref === last);
  await sendChunk(ann, last, 0);
  expect([spools.open, isAnswered()]).toEqual([0, false]);
  relay.clock.pass(1000 / uploadPace.perSecond);
  await settled();
  expect([spools.open, isAnswered()]).toEqual([1, true]);
});

describe('places for uploads', () => {
  const address = '192.0.2.1';

  function places(most: number, uploadsPerAddress: number) {
    const clock = new TestClock();
    const addresses = new Addresses({ ...defaultRelayConfig, uploadsPerAddress }, clock);
    return { clock, slots: new UploadSlots(most, addresses, clock) };
  }

  test('[U1][G8] an upload that trickles within the pause is refused once it is slower than a chunk a minute', async () => {
    const { relay, spools } = relayWithOneSlot();
    const ann = await relay.join(newDocument(), { create: true });
    const chunk = randomEntry(100);
    for (let offset = 0; offset < 300 && ann.all('refused').length === 0; offset += 100) {
      ann.say({ event: 'upload', message: { ref: 1, kind: 'entry', total, offset, chunk } });
      await settled();
      relay.clock.pass(uploadPauseMs - 1000);
    }
    expect(ann.all('refused')).toMatchObject([{ code: 'wrong-state', ref: 1 }]);
    expect(ann.all('received').at(-1)).toMatchObject({ bytes: 200 });
    expect(spools.open).toBe(0);
    const bob = await relay.join(newDocument(), { create: true });
    for (const index of [0, 1, 2]) await sendChunk(bob, 2, index);
    expect(bob.acked).toEqual([[2, 1]]);
  });

  test('[U1][G8] when all are taken the slowest one makes room, unless none is slow', async () => {
    const { clock, slots } = places(2, 3);
    const evicted: string[] = [];
    const take = (name: string) => {
      const slot = slots.take(address, () => {
        evicted.push(name);
        slot?.release();
      });
      return slot;
    };
    const slow = take('slow');
    await nextTurn();
    const fast = take('fast');
    await nextTurn();
    clock.pass(59_000);
    expect(take('early')).toBeUndefined();
    clock.pass(2000);
    expect(slow?.keepsPace(100 * 1024)).toBe(true);
    expect(fast?.keepsPace(4 * 1024 * 1024)).toBe(true);
    expect(take('next')).toBeDefined();
    expect(evicted).toEqual(['slow']);
    expect(take('one more')).toBeUndefined();
    expect(evicted).toEqual(['slow']);
  });

  test('[U1][G8] an address that may have no more of them makes nobody leave', () => {
    const { clock, slots } = places(3, 2);
    const evicted: string[] = [];
    for (const from of [address, address, '192.0.2.2']) slots.take(from, () => evicted.push(from));
    clock.pass(61_000);
    expect(slots.take(address, () => {})).toBeUndefined();
    expect(evicted).toEqual([]);
    expect(slots.take('192.0.2.2', () => {})).toBeUndefined();
    expect(evicted).toHaveLength(1);
  });

  test('[U1][G8] of one address are stored at their pace, one in a turn; whoever gives up stores nothing', async () => {
    const { clock, slots } = places(100, 100);
    const begun: string[] = [];
    const take = (from: string, name: string) => {
      const slot = slots.take(from, () => {});
      void slot?.turn.then(() => begun.push(name));
      return slot;
    };
    const mine = Array.from({ length: uploadPace.burst + 5 }, (_, i) => take(address, `${i}`));
    take('192.0.2.2', 'another');
    for (let turns = 0; turns < uploadPace.burst + 5; turns++) await nextTurn();
    expect(begun).toHaveLength(uploadPace.burst + 1);
    expect(begun.slice(0, 2), 'another address does not wait').toEqual(['0', 'another']);
    mine.at(-1)?.release();
    for (let ms = 0; ms < 1000; ms += 50) {
      clock.pass(50);
      await settled();
    }
    expect(begun.at(-1)).toBe(`${uploadPace.burst + 3}`);
  });

  test('[U1][G8] when all are taken, one that waits for the turn of its address makes room', async () => {
    const { slots } = places(uploadPace.burst + 2, 100);
    const evicted: number[] = [];
    for (let i = 0; i < uploadPace.burst + 2; i++) {
      const slot = slots.take(address, () => {
        evicted.push(i);
        slot?.release();
      });
      await nextTurn();
    }
    for (const from of ['192.0.2.2', '192.0.2.3']) expect(slots.take(from, () => {})).toBeDefined();
    expect(evicted.toSorted()).toEqual([uploadPace.burst, uploadPace.burst + 1]);
    expect(slots.take('192.0.2.4', () => {})).toBeUndefined();
  });

  test('[U1][G8] one address does not take all of them', () => {
    const { slots } = places(3, 2);
    const mine = [1, 2, 3].map(() => slots.take(address, () => {}));
    expect(mine.map((slot) => slot !== undefined)).toEqual([true, true, false]);
    expect(slots.take('192.0.2.2', () => {})).toBeDefined();
    mine[0]?.release();
    mine[0]?.release();
    // Released twice, free once.
    expect([1, 2].map(() => slots.take(address, () => {}) !== undefined)).toEqual([true, false]);
  });
});

describe('the file of an upload', () => {
  test('[U3] [G8] is put into its place before its record is written, while others append; not where the log has it already', async () => {
    const store = new MemoryLogStore();
    const asked: number[] = [];
    let isInPlace: () => void = () => {};
    store.place = async ({ seq }: { readonly seq: number }) => {
      asked.push(seq);
      await new Promise<void>((resolve) => {
        isInPlace = resolve;
      });
    };
    const relay = new MemoryRelay(store);
    const [ann, bob] = [
      await relay.join(newDocument(), { create: true }),
      await relay.join(newDocument(), { create: true }),
    ];
    for (const index of [0, 1, 2]) await sendChunk(ann, 1, index);
    bob.append(1, randomEntry());
    await settled();
    expect([asked, ann.acked, bob.acked]).toEqual([[1], [], [[1, 1]]]);
    isInPlace();
    await settled();
    expect(ann.acked).toEqual([[1, 1]]);
    for (const index of [0, 1, 2]) await sendChunk(ann, 2, index);
    expect([asked, ann.acked.at(-1)]).toEqual([[1], [2, 1]]);
  });
});
