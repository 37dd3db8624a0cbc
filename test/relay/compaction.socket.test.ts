import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import { LevelLogStore } from '../../relay-server/log-store-leveldb.ts';
import { RelayServer } from '../../relay-server/server.ts';
import { waitFor } from '../app/wait-for.ts';
import { RawMember } from './raw-member.ts';
import { announce, cursorOf, requested, snapshotSent, uploadSnapshot } from './raw-snapshots.ts';
import { SmallDisk } from './small-disk.ts';
import { storedSeqs } from './stored-snapshots.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { newDocument, randomEntry } from './test-document.ts';

const mib = 1024 * 1024;
const compaction = { minBytes: 999, afterMs: 3_600_000, offerWithinMs: 30_000 };

describe('compaction on a real disk and real sockets', () => {
  const document = newDocument();
  let data: string;
  let store: LevelLogStore;
  let server: RelayServer;
  const members: RawMember[] = [];
  const cleanUps: (() => Promise<void>)[] = [];

  async function start(floorBytes = 0): Promise<void> {
    store = await LevelLogStore.open({ folder: data, floorBytes });
    server = await RelayServer.listen({
      host: '127.0.0.1',
      port: 0,
      store,
      config: { compaction },
      warn: () => {},
    });
  }
  async function stop(): Promise<void> {
    for (const member of members.splice(0)) member.close();
    await server.close();
    await store.close();
  }
  async function joined(
    transport: 'websocket' | 'polling' = 'websocket',
    changes: Parameters<RawMember['join']>[1] = {},
  ): Promise<RawMember> {
    const member = await RawMember.connect(server.url, [transport]);
    members.push(member);
    await member.join(document, { create: true, ...changes });
    await member.message('live');
    return member;
  }
  /** Appends ten entries of 100 bytes. */
  async function write(member: RawMember, firstRef: number): Promise<void> {
    for (let ref = firstRef; ref < firstRef + 10; ref++) await member.appended(ref, randomEntry());
    await member.liveWith(firstRef + 9);
  }
  const files = async (folder: string) => await readdir(join(data, folder)).catch(() => []);

  beforeEach(async () => {
    const folder = await temporaryFolder();
    data = folder.path;
    cleanUps.push(() => folder.remove());
  });
  afterEach(async () => {
    await stop();
    for (const cleanUp of cleanUps.splice(0)) await cleanUp();
  });

  test('[C4][C5][S6][G9] newcomers get the snapshot over either transport, the log before the previous one goes, also after a restart', async () => {
    await start();
    const ann = await joined();
    await write(ann, 1);
    const bytes = [randomEntry(3 * limits.chunkBytes + 1), randomEntry(2 * limits.chunkBytes)] as const;
    expect(await requested(ann, 1)).toBe(0);
    announce(ann, 101, 0, cursorOf(ann));
    await uploadSnapshot(ann, 101, bytes[0]);
    expect(await ann.ack(101)).toBe(10);
    for (let ref = 11; ref <= 15; ref++) await ann.appended(ref, randomEntry(limits.inlineEntryBytes));
    await ann.liveWith(15);
    expect(await requested(ann, 2)).toBe(10);
    const cursor = cursorOf(ann);
    announce(ann, 102, 10, cursor);
    await uploadSnapshot(ann, 102, bytes[1]);
    expect(await ann.ack(102)).toBe(15);
    await waitFor('the trim', async () => (await storedSeqs(store, document.roomId, 10)).length === 1, {
      seen: () => storedSeqs(store, document.roomId, 20),
    });
    for (const restart of [false, true]) {
      if (restart) {
        await stop();
        await start();
      }
      for (const transport of ['websocket', 'polling'] as const) {
        const bob = await joined(transport);
        expect(bob.last('joined')).toMatchObject({ start: 'snapshot', from: { seq: 15 } });
        expect(snapshotSent(bob)?.seq).toBe(15);
        expect(Buffer.compare(snapshotSent(bob)?.bytes ?? Buffer.alloc(0), bytes[1])).toBe(0);
        expect(bob.entries.size).toBe(0);
        const eve = await joined(transport, { beforeSeq: 15, role: 'view', create: false });
        expect(Buffer.compare(snapshotSent(eve)?.bytes ?? Buffer.alloc(0), bytes[0])).toBe(0);
        await eve.liveWith(5);
        expect(cursorOf(eve)).toEqual(cursor);
      }
    }
  });

  test('[C4] an editor that disconnects in the middle of the upload leaves no file', async () => {
    await start();
    const ann = await joined();
    const bob = await joined();
    await write(ann, 1);
    await requested(ann);
    announce(ann, 101, 0, cursorOf(ann));
    const bytes = randomEntry(4 * limits.chunkBytes);
    await uploadSnapshot(ann, 101, bytes, 2 * limits.chunkBytes);
    expect(await files('spool')).toHaveLength(1);
    ann.close();
    await requested(bob);
    await waitFor('the spool to be empty', async () => (await files('spool')).length === 0);
    expect([await files('snapshots'), await store.snapshots(document.roomId)]).toEqual([[], []]);
  });

  test('[S4][G7] a reader that confirms nothing is sent its budget of a snapshot and no more', async () => {
    await start();
    const ann = await joined();
    await write(ann, 1);
    await requested(ann);
    announce(ann, 101, 0, cursorOf(ann));
    const bytes = randomEntry(40 * limits.chunkBytes);
    await uploadSnapshot(ann, 101, bytes);
    await ann.ack(101);
    const slow = await RawMember.connect(server.url);
    members.push(slow);
    slow.confirms = false;
    await slow.join(document);
    const sent = () => snapshotSent(slow)?.bytes.length ?? 0;
    await waitFor('the budget', () => sent() >= limits.readerBudgetBytes, { seen: sent });
    // What the relay answers now comes after everything that it sent before.
    slow.send({ event: 'milestones', message: { ref: 7 } });
    await slow.message('milestone-list');
    expect(sent()).toBeLessThanOrEqual(limits.readerBudgetBytes + limits.chunkBytes);
    slow.confirms = true;
    slow.confirm();
    await slow.message('live');
    expect(Buffer.compare(snapshotSent(slow)?.bytes ?? Buffer.alloc(0), bytes)).toBe(0);
  });

  test('[C4][G7] a disk that is full while a snapshot is uploaded refuses it, and harms nothing', async (context) => {
    const disk = await SmallDisk.mount(context, 64 * mib);
    cleanUps.push(() => disk.unmount());
    data = disk.data;
    await start(mib);
    const ann = await joined();
    await write(ann, 1);
    await requested(ann);
    announce(ann, 101, 0, cursorOf(ann));
    const bytes = randomEntry(8 * limits.chunkBytes);
    await uploadSnapshot(ann, 101, bytes, 2 * limits.chunkBytes);
    await disk.fillUpTo(mib / 2);
    const offset = 2 * limits.chunkBytes;
    const chunk = bytes.subarray(offset, offset + limits.chunkBytes);
    ann.send({
      event: 'upload',
      message: { ref: 101, kind: 'snapshot', total: bytes.length, offset, chunk },
    });
    expect(await ann.refusal('disk-full')).toMatchObject({ ref: 101 });
    await waitFor('the spool to be empty', async () => (await files('spool')).length === 0);
    const reader = await joined();
    await reader.liveWith(10);
    await disk.clear();
    await ann.appended(11, randomEntry());
    expect(await store.snapshots(document.roomId)).toEqual([]);
  });
});
