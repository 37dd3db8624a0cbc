import { describe, expect, test } from 'vitest';
import { mostAudienceMembers } from '../../relay-server/audience.ts';
import { StoreError } from '../../relay-server/log-store.ts';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import type { MemoryMember } from './memory-relay.ts';
import { MemoryRelay, settled } from './memory-relay.ts';
import { newDocument, randomEntry } from './test-document.ts';

/** A document with audiences that are full, `first` among their members, and `last`, who is alone in the next. */
async function crowd(full = 1) {
  const store = new MemoryLogStore();
  const relay = new MemoryRelay(store);
  const document = newDocument();
  const first = await relay.join(document, { create: true });
  const others: MemoryMember[] = [];
  while (others.length < full * mostAudienceMembers) {
    // One address has a pace for joins.
    const other = relay.connect(`member ${others.length}`);
    other.join(document);
    await settled();
    others.push(other);
  }
  const last = others.pop() ?? first;
  // From now on each full audience is a turn of its own: the next one waits until the clock is asked for it.
  relay.sharedMs = 0.1;
  return { relay, store, document, first, others, last };
}

describe('a crowd', () => {
  test('[A6] is sent the log in turns, everyone all of it in order', async () => {
    const { relay, first, others, last } = await crowd();
    first.append(1, randomEntry());
    await settled();
    expect([first.seqs, others.at(-1)?.seqs, last.seqs]).toEqual([[1], [1], []]);
    last.append(1, randomEntry());
    await settled();
    relay.clock.pass(0);
    expect([first.seqs, last.seqs]).toEqual([[1], [1, 2]]);
    relay.clock.pass(50);
    for (const member of [first, ...others, last]) expect(member.seqs).toEqual([1, 2]);
  });

  test('[A2] an acknowledgement leaves with the frame that its appender gets', async () => {
    const { relay, first, last } = await crowd();
    const before = last.received.length;
    first.append(1, randomEntry());
    last.append(1, randomEntry());
    await settled();
    expect([first.acked, last.acked]).toEqual([[[1, 1]], []]);
    relay.clock.pass(0);
    expect(last.received.slice(before).map(({ event }) => event)).toEqual(['ack', 'entries']);
    expect(last.acked).toEqual([[1, 2]]);
  });

  test('[J4] [S1] who comes back among members that are less far goes on where it was, and they are as far then', async () => {
    const { relay, document, first, others, last } = await crowd();
    first.append(1, randomEntry());
    await settled();
    others[0]?.disconnect();
    const newcomer = await relay.join(document);
    expect(last.seqs).toEqual([]);
    const cursor = newcomer.all('joined')[0]?.head;
    expect(cursor?.seq).toBe(1);
    const back = await relay.join(document, { cursor });
    expect(back.all('joined')[0]).toMatchObject({ start: 'delta', from: { seq: 1 }, head: { seq: 1 } });
    expect([back.all('live')[0]?.seq, last.seqs]).toEqual([1, [1]]);
    relay.clock.pass(100);
    first.append(2, randomEntry());
    await settled();
    relay.clock.pass(100);
    expect([back.seqs, last.seqs, newcomer.seqs]).toEqual([[2], [1, 2], [1, 2]]);
  });

  test('[J4] who joins an audience of which the last member is cut off just then is sent what follows', async () => {
    const { relay, document, first, others, last } = await crowd();
    first.append(1, randomEntry());
    last.append(1, randomEntry());
    await settled();
    others[0]?.disconnect();
    const newcomer = await relay.join(document);
    last.send = (event) => {
      if (event === 'ack') last.disconnect();
    };
    const back = await relay.join(document, { cursor: newcomer.all('joined')[0]?.head });
    expect(back.all('live').map(({ seq }) => seq)).toEqual([2]);
    relay.clock.pass(100);
    back.append(1, randomEntry());
    await settled();
    relay.clock.pass(100);
    expect([back.seqs, back.acked, first.seqs]).toEqual([[3], [[1, 3]], [1, 2, 3]]);
  });

  test('[G1] what the store lost before some were sent it is sent and acknowledged to nobody more', async () => {
    const { relay, store, first, others, last } = await crowd(2);
    const second = others[mostAudienceMembers];
    if (second === undefined) throw new Error('one audience');
    relay.sharedMs = 0.02;
    first.append(1, randomEntry());
    await settled();
    relay.clock.pass(0);
    second.append(1, randomEntry());
    await settled();
    relay.clock.pass(0);
    expect([first.seqs, second.seqs, last.seqs], 'the first two wait for the next turn').toEqual([
      [1],
      [1],
      [1, 2],
    ]);
    relay.sharedMs = 0;
    store.position = async () => ({ mark: randomEntry(16), logBytes: 0 });
    store.failNextWrite(new StoreError('store-failed', 'gone'));
    last.append(1, randomEntry());
    await settled();
    others[0]?.append(1, randomEntry());
    await settled();
    relay.clock.pass(100);
    expect(second.all('refused').at(-1)).toMatchObject({ code: 'store-failed', ref: undefined });
    expect([first.seqs, second.seqs, second.acked]).toEqual([[1], [1], []]);
  });

  test('[P3] is told who left, and by the next turn everyone has been', async () => {
    const { relay, first, others, last } = await crowd();
    const gone = others[5];
    gone?.disconnect();
    expect([first.all('left').length, last.all('left').length]).toEqual([1, 0]);
    relay.clock.pass(0);
    expect(last.all('left')).toEqual([[gone?.all('joined')[0]?.memberId]]);
  });

  test('[C1] an editor in any audience is asked for a snapshot', async () => {
    const relay = new MemoryRelay(new MemoryLogStore(), {
      compaction: { minBytes: 100, afterMs: 3_600_000, offerWithinMs: 30_000 },
    });
    const document = newDocument();
    const first = await relay.join(document, { create: true });
    for (let i = 1; i < mostAudienceMembers; i++) await relay.join(document, { role: 'view' });
    const last = await relay.join(document);
    first.disconnect();
    last.append(1, randomEntry(200));
    await settled();
    relay.clock.pass(100);
    await settled();
    expect(last.all('snapshot-request')).toHaveLength(1);
  });
});
