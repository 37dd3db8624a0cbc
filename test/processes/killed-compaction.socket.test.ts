import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LevelLogStore } from '../../relay-server/log-store-leveldb.ts';
import { waitFor } from '../app/wait-for.ts';
import { RawMember } from '../relay/raw-member.ts';
import { announce, cursorOf, requested, snapshotSent, uploadSnapshot } from '../relay/raw-snapshots.ts';
import { storedSeqs } from '../relay/stored-snapshots.ts';
import { newDocument, randomEntry } from '../relay/test-document.ts';
import { type RelayProcess, startRelay } from './relay-process.ts';

const document = newDocument();
const kills = 25;
/** The relay commits and trims within this many ms after the last chunk; kills are spread over it. */
const spreadMs = 30;

describe('a relay that is killed while it compacts', () => {
  let data: string;
  let relay: RelayProcess;

  const start = async () => {
    relay = await startRelay({ data, args: ['--compact-after-bytes', '1KiB', '--milestones', '1'] });
  };
  const joined = async (changes: Parameters<RawMember['join']>[1] = {}) => {
    const member = await RawMember.connect(relay.url);
    await member.join(document, changes);
    await member.message('live');
    return member;
  };

  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'inkroom-compaction-'));
    await start();
  });
  afterEach(async () => {
    await relay.kill('SIGKILL');
    await rm(data, { recursive: true, force: true });
  });

  it('[C4][G1] has the old state or the new one, whole, and no file too many', async () => {
    const offered = new Map<number, Uint8Array>();
    const committedSeqs = new Set<number>();
    let head = 0;
    let acknowledged = 0;
    for (let kill = 0; kill < kills; kill++) {
      const ann = await joined({ create: true });
      const sent = snapshotSent(ann);
      // What is there is a snapshot that was offered, not older than the last acknowledged one, and all that follows it.
      if (sent !== undefined) {
        committedSeqs.add(sent.seq);
        expect(
          Buffer.compare(sent.bytes, offered.get(sent.seq) ?? Buffer.alloc(0)),
          `snapshot ${sent.seq}`,
        ).toBe(0);
      }
      expect(sent?.seq ?? 0).toBeGreaterThanOrEqual(acknowledged);
      expect(cursorOf(ann).seq).toBe(head);
      for (let i = 0; i < 12; i++) {
        head += 1;
        ann.append(head, randomEntry(15_000));
      }
      await ann.ack(head);
      await waitFor('the entries', () => cursorOf(ann).seq === head, { seen: () => ann.describe() });
      const previousSeq = await requested(ann);
      // Less than the entries after it, so that the next one is asked for.
      const bytes = randomEntry(1 + (kill % 3) * 70_000);
      offered.set(head, bytes);
      announce(ann, 1000 + kill, previousSeq, cursorOf(ann));
      await uploadSnapshot(ann, 1000 + kill, bytes);
      // Every third one is killed after its commit, however slow the disk is; the others at some time around it.
      if (kill % 3 === 2)
        await waitFor('the commit', () => ann.acks().has(1000 + kill), { seen: () => ann.describe() });
      else await delay((kill / kills) * spreadMs);
      await relay.kill('SIGKILL');
      if (ann.acks().has(1000 + kill)) acknowledged = head;
      ann.close();
      await start();
    }
    await relay.kill('SIGTERM');
    const store = await LevelLogStore.open({ folder: data, floorBytes: 0 });
    const snapshots = (await store.snapshots(document.roomId)).map(({ cursor }) => cursor.seq);
    const record = await store.room(document.roomId);
    const kept = await storedSeqs(store, document.roomId, head);
    await store.close();
    expect(record?.floorSeq).toBe(record?.previousSnapshot?.cursor.seq);
    // Everything from the floor on is there, whatever of the rest a kill has left for the next trim.
    const floor = record?.floorSeq ?? 0;
    expect(kept.filter((seq) => seq >= floor)).toEqual(
      Array.from({ length: head - floor + 1 }, (_, i) => floor + i),
    );
    const names = await readdir(join(data, 'snapshots', document.roomId));
    expect(names.map((name) => Number.parseInt(name, 10)).sort((a, b) => a - b)).toEqual(snapshots);
    expect(await readdir(join(data, 'spool'))).toEqual([]);
    // The kills met commits on both sides.
    expect(committedSeqs.size).toBeGreaterThan(1);
    expect(committedSeqs.size).toBeLessThan(kills);
  });
});
