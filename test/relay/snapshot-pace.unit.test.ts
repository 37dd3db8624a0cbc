import { describe, expect, test } from 'vitest';
import { SnapshotPaces, snapshotPace } from '../../relay-server/snapshot-paces.ts';
import { settled, TestClock } from './memory-relay.ts';
import { asked, compaction, SnapshotRoom } from './snapshot-room.ts';
import { newDocument, randomEntry } from './test-document.ts';

describe('the pace of snapshots', () => {
  test('[C1] [G8] who writes more and more is asked twenty times at once and then once in 30 s, for all that came', async () => {
    const room = new SnapshotRoom();
    const ann = await room.editor();
    let seq = 0;
    const written = async () => {
      await room.write(ann, 10);
      seq += 10;
      return asked(ann).length;
    };
    for (let number = 1; number <= snapshotPace.burst; number++) {
      expect(await written()).toBe(number);
      await room.offer(ann, seq, { bytes: randomEntry(100) });
    }
    for (let more = 0; more < 5; more++) expect(await written()).toBe(snapshotPace.burst);
    room.clock.pass(snapshotPace.everyMs - 1);
    await settled();
    expect(asked(ann)).toHaveLength(snapshotPace.burst);
    room.clock.pass(1);
    await settled();
    expect(asked(ann)).toHaveLength(snapshotPace.burst + 1);
    await room.offer(ann, seq, { bytes: randomEntry(100) });
    expect(await written()).toBe(snapshotPace.burst + 1);
    room.clock.pass(snapshotPace.everyMs);
    await settled();
    await room.offer(ann, seq, { bytes: randomEntry(100) });
    room.clock.pass(2 * snapshotPace.everyMs);
    expect(await written(), 'after a while at once again').toBe(snapshotPace.burst + 3);
  });

  test('[C1] [G8] who leaves and joins again in between is not asked twenty times anew', async () => {
    const room = new SnapshotRoom();
    for (let times = 0; times < snapshotPace.burst; times++) {
      const ann = await room.editor();
      await room.compacted(ann, { bytes: randomEntry(100) });
      ann.disconnect();
      expect(room.relay.openRooms).toBe(0);
    }
    const bob = await room.editor();
    await room.write(bob, 10);
    room.clock.pass(snapshotPace.everyMs - 1);
    expect(asked(bob)).toEqual([]);
    room.clock.pass(1);
    expect(asked(bob)).toEqual([10 * snapshotPace.burst]);
  });

  test('[G7] only rooms of the last ten minutes are remembered with their pace, and none owes more than its burst', () => {
    const clock = new TestClock();
    const paces = new SnapshotPaces(clock);
    const often = paces.of(newDocument().roomId);
    for (let times = 0; times < 10 * snapshotPace.burst; times++) often.made();
    expect(often.nextMs).toBe(snapshotPace.everyMs);
    for (let rooms = 0; rooms < 100; rooms++) paces.of(newDocument().roomId).made();
    expect(paces.size).toBe(101);
    clock.pass(snapshotPace.burst * snapshotPace.everyMs);
    paces.of(newDocument().roomId).made();
    expect(paces.size).toBe(1);
  });

  test('[C1] a snapshot that is due by its age waits for no pace', async () => {
    const afterMs = snapshotPace.everyMs / 3;
    const room = new SnapshotRoom({ compaction: { ...compaction, afterMs } });
    const ann = await room.editor();
    for (let times = 0; times < snapshotPace.burst; times++)
      await room.compacted(ann, { bytes: randomEntry(100) });
    await room.write(ann, 10);
    room.clock.pass(afterMs - 1);
    expect(asked(ann)).toHaveLength(snapshotPace.burst);
    room.clock.pass(1);
    expect(asked(ann)).toHaveLength(snapshotPace.burst + 1);
  });
});
