import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeEntry, entryKey } from '../../relay-server/entry-record.ts';
import { waitFor } from '../app/wait-for.ts';
import { CompactedStore } from './compacted-store.ts';
import { following } from './log-store-contract.ts';
import type { MemoryMember } from './memory-relay.ts';
import { MemoryRelay } from './memory-relay.ts';
import { committed, existing, filled, snapshotAt } from './stored-snapshots.ts';
import { newDocument, randomEntry } from './test-document.ts';

const lastSeq = 40_000;

describe('the repair of a room that has lost very many entries', () => {
  const [damaged, other] = [newDocument(), newDocument()];
  let tested: CompactedStore;
  let relay: MemoryRelay<CompactedStore['store']>;

  /** Of entries 1 to 40,000 only the first and the last two are there. */
  beforeEach(async () => {
    tested = await CompactedStore.open();
    await filled(tested.store, damaged.roomId, 1);
    await tested.changed(async (database) => {
      for (const seq of [lastSeq - 1, lastSeq]) {
        const key = entryKey(damaged.roomId, seq);
        const body = { type: 'inline' as const, bytes: randomEntry() };
        await database.put(key, encodeEntry(key, { mark: randomEntry(16), logBytes: seq, body }));
      }
    });
    relay = new MemoryRelay(tested.store);
  });
  afterEach(() => tested.close());

  const isRepaired = () => relay.relay.damaged.count.rooms > 0;
  const isLive = (member: MemoryMember) => member.all('live').length > 0;
  const liveOne = async (document: typeof other) => {
    const member = relay.connect();
    member.join(document, { create: true });
    await waitFor('a live member', () => isLive(member), { seen: () => member.received.slice(-3) });
    return member;
  };

  test('[G8] [L4] another room is written and joined meanwhile', async () => {
    const ann = await liveOne(other);
    const reader = relay.connect();
    reader.join(damaged);
    let acked = 0;
    let joined = 0;
    while (!isRepaired()) {
      ann.append(acked, randomEntry());
      await waitFor('an acknowledgement', () => ann.acked.length > acked);
      if (isRepaired()) break;
      acked += 1;
      if (acked % 5 !== 0) continue;
      await liveOne(other);
      if (!isRepaired()) joined += 1;
    }
    expect(acked).toBeGreaterThan(5);
    expect(joined).toBeGreaterThan(0);
    expect((await existing(tested.store, damaged.roomId)).head.seq).toBe(lastSeq);
    expect(await tested.store.repair(damaged.roomId)).toBeUndefined();
  });

  test('[G2] [L4] what is appended in the room itself waits, and follows the new marks', async () => {
    // A member that was live before anybody met the damage.
    const cursor = { seq: lastSeq, mark: (await existing(tested.store, damaged.roomId)).head.mark };
    const ann = relay.connect();
    ann.join(damaged, { cursor });
    await waitFor('a live member', () => isLive(ann));
    const reader = relay.connect();
    reader.join(damaged);
    await waitFor('the reader at the gap', () => reader.all('joined').length > 0);
    ann.append(1, randomEntry());
    await waitFor('the end of the repair', isRepaired);
    await waitFor('the appended entry', async () => {
      return (await existing(tested.store, damaged.roomId)).head.seq === lastSeq + 1;
    });
    expect(await tested.store.repair(damaged.roomId)).toBeUndefined();
  });

  test('[C4] [L4] no snapshot is committed and nothing trimmed between its steps', async () => {
    const { store } = tested;
    const { head } = await existing(store, damaged.roomId);
    const snapshot = await snapshotAt(store, damaged.roomId, 1, randomEntry());
    const commits: unknown[] = [];
    const damage = await store.repair(damaged.roomId, async (step) => {
      const result = await step();
      if (commits.length === 0) {
        commits.push(await store.commitSnapshot(snapshot));
        await store.trim(damaged.roomId, { beforeSeq: lastSeq, keep: [], dropSnapshots: [] });
      }
      return result;
    });
    expect(commits).toEqual([undefined]);
    expect(damage).toMatchObject({ newHistoryFrom: 2, lostEntries: lastSeq - 3 });
    expect(await store.repair(damaged.roomId)).toBeUndefined();
    const after = await existing(store, damaged.roomId);
    expect([after.head.seq, after.head.mark]).not.toEqual([head.seq, head.mark]);
    await store.append(following(damaged.roomId, after, [randomEntry()]));
    await committed(store, damaged.roomId, lastSeq, randomEntry());
  });
});
