import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import type { RelayConfig } from '../../relay-server/relay-config.ts';
import type { LargeSealing } from '../../sync/copy-options.ts';
import { open, seal } from '../../sync/sealing.ts';
import { MemoryRoom } from './memory-room.ts';

const compaction = { minBytes: 1000, afterMs: 3_600_000, offerWithinMs: 30_000 };

async function roomWith(config: Partial<RelayConfig>) {
  const room = new MemoryRoom(new MemoryLogStore(), config);
  const anna = room.open({ create: true });
  await room.settle();
  return { room, anna };
}

/** Opens no entry of more than 500 KB, as a program that inflates less than others. */
function openingSmallOnly({ keys }: MemoryRoom): LargeSealing {
  return {
    seal: async (kind, body) => seal(keys, kind, body),
    open: async (kind, sealed) =>
      kind === 'entry' && sealed.length > 500_000 ? undefined : open(keys, kind, sealed),
  };
}

describe('a snapshot that the relay cannot take', () => {
  it('[C4] [G4] one over the largest that the relay takes leaves its editor writing', async () => {
    const { room, anna } = await roomWith({ compaction, snapshotBytes: 500 });
    for (let word = 0; word < 24; word++) {
      anna.text.insert(0, `${randomBytes(20).toString('hex')} `);
      await room.time.pass(200);
    }
    await room.settle();
    anna.text.insert(0, 'still writing ');
    await room.settle();
    expect(anna.status).toMatchObject({ connection: { state: 'live' }, saved: true });
    expect(await room.store.snapshots(room.keys.roomId)).toEqual([]);
  });

  it('[C5] [G2] an editor that could not open an entry does not make it go from a snapshot that holds it', async () => {
    const { room, anna } = await roomWith({ compaction: { ...compaction, minBytes: 1e9, afterMs: 60_000 } });
    const boris = room.open();
    await room.settle();
    const dora = room.open({ worker: openingSmallOnly(room) });
    await room.settle();
    anna.text.insert(0, `[${randomBytes(600_000).toString('hex')}]`);
    await room.time.pass(20_000);
    expect(dora.status.unopened).toBe(1);
    for (let times = 0; times < 6; times++) {
      boris.text.insert(boris.text.length, 'more ');
      await room.time.pass(90_000);
      const newcomer = room.open();
      await room.settle();
      expect(newcomer.text.length, `after ${times}`).toBe(anna.text.length);
      await newcomer.close();
      await room.settle();
    }
    expect((await room.store.snapshots(room.keys.roomId)).length).toBeGreaterThan(1);
    expect(await room.store.position(room.keys.roomId, 1)).toBeUndefined();
  });
});
