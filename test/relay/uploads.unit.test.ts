import { describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import { uploadPace } from '../../relay-server/addresses.ts';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import { uploadPauseMs } from '../../relay-server/member-uploads.ts';
import type { MemoryMember } from './memory-relay.ts';
import { MemoryRelay, settled } from './memory-relay.ts';
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

describe('an upload that trickles', () => {
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
