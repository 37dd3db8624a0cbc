import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RoomId } from '../../protocol/ids.ts';
import { limits } from '../../protocol/limits.ts';
import { nextMark } from '../../protocol/marks.ts';
import type { LogStore, NewEntry, RoomRecord } from '../../relay-server/log-store.ts';
import { newDocument, randomEntry, sha256 } from './test-document.ts';

/** A store under test. `reopened` is undefined for stores that forget when they are closed. */
export interface StoreUnderTest {
  readonly store: LogStore;
  reopened: (() => Promise<LogStore>) | undefined;
  remove(): Promise<void>;
}

/** The entries that follow a record, with their marks, as a room would append them. */
export function following(roomId: RoomId, record: RoomRecord, entries: readonly Uint8Array[]): NewEntry[] {
  let { seq, mark } = record.head;
  let { logBytes } = record;
  return entries.map((bytes) => {
    seq += 1;
    mark = nextMark(sha256, mark, bytes);
    logBytes += bytes.length;
    return { roomId, seq, mark, logBytes, digest: sha256(bytes), body: { type: 'inline', bytes } };
  });
}

/** A large entry that follows a record, spooled in `store`. */
export async function largeFollowing(
  store: LogStore,
  roomId: RoomId,
  record: RoomRecord,
  bytes: Uint8Array,
): Promise<NewEntry> {
  const spool = await store.openSpool();
  const oddChunk = 50_000;
  for (let at = 0; at < bytes.length; at += oddChunk) await spool.write(bytes.subarray(at, at + oddChunk));
  await spool.finish();
  return {
    roomId,
    seq: record.head.seq + 1,
    mark: nextMark(sha256, record.head.mark, bytes),
    logBytes: record.logBytes + bytes.length,
    digest: sha256(bytes),
    body: { type: 'spooled', spool },
  };
}

/** What every log store promises. */
export function describeLogStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`log store: ${name}`, () => {
    let tested: StoreUnderTest;
    let store: LogStore;
    const { roomId } = newDocument();
    const firstMark = randomEntry(16);

    beforeEach(async () => {
      tested = await open();
      ({ store } = tested);
    });
    afterEach(async () => {
      await store.close();
      await tested.remove();
    });

    async function existing(): Promise<RoomRecord> {
      const record = await store.room(roomId);
      if (record === undefined) throw new Error('the room is gone');
      return record;
    }

    test('[J5] a room is there only after it was made', async () => {
      expect(await store.room(roomId)).toBeUndefined();
      expect(await store.position(roomId, 0)).toBeUndefined();
      expect(await store.read(roomId, 0, 10, 1000)).toEqual({ type: 'end' });
      const record = await store.createRoom(roomId, firstMark);
      expect(record).toEqual({ firstMark, head: { seq: 0, mark: firstMark }, logBytes: 0, floorSeq: 0 });
      expect(await existing()).toEqual(record);
    });

    test('[L2] making a room twice keeps its first mark', async () => {
      await store.createRoom(roomId, firstMark);
      expect(await store.createRoom(roomId, randomEntry(16))).toMatchObject({ firstMark });
    });

    test('[L1] entries are read back as they were, in order, with their marks', async () => {
      const entries = [randomEntry(1), randomEntry(5000), randomEntry(limits.inlineEntryBytes)];
      const appended = following(roomId, await store.createRoom(roomId, firstMark), entries);
      await store.append(appended);
      expect(await store.read(roomId, 0, 3, 10 * limits.chunkBytes)).toEqual({
        type: 'entries',
        firstSeq: 1,
        entries,
      });
      expect(await existing()).toMatchObject({ head: { seq: 3, mark: appended[2]?.mark } });
      expect(await store.position(roomId, 0)).toMatchObject({ mark: firstMark, logBytes: 0 });
      expect(await store.position(roomId, 2)).toMatchObject({ mark: appended[1]?.mark, logBytes: 5001 });
      expect(await store.position(roomId, 4)).toBeUndefined();
    });

    test('[S2] a read gives at least one entry and no more than the bytes and the last seq allow', async () => {
      const entries = Array.from({ length: 10 }, () => randomEntry(1000));
      await store.append(following(roomId, await store.createRoom(roomId, firstMark), entries));
      const read = async (after: number, last: number, bytes: number) => {
        const slice = await store.read(roomId, after, last, bytes);
        return slice.type === 'entries' ? [slice.firstSeq, slice.entries.length] : slice.type;
      };
      expect(await read(0, 10, 1)).toEqual([1, 1]);
      expect(await read(2, 10, 3100)).toEqual([3, 3]);
      expect(await read(8, 10, 1_000_000)).toEqual([9, 2]);
      expect(await read(3, 5, 1_000_000)).toEqual([4, 2]);
      expect(await read(10, 10, 1000)).toBe('end');
    });

    test('[G7] rooms do not see each other', async () => {
      const other = newDocument().roomId;
      const record = await store.createRoom(roomId, firstMark);
      const otherRecord = await store.createRoom(other, randomEntry(16));
      const [mine, theirs] = [randomEntry(), randomEntry()];
      await store.append([...following(roomId, record, [mine]), ...following(other, otherRecord, [theirs])]);
      expect(await store.read(roomId, 0, 9, 1000)).toEqual({ type: 'entries', firstSeq: 1, entries: [mine] });
      expect(await store.read(other, 0, 9, 1000)).toEqual({
        type: 'entries',
        firstSeq: 1,
        entries: [theirs],
      });
    });

    test('[S3][U1] a large entry is read in blocks, between its neighbours', async () => {
      const large = randomEntry(2 * limits.chunkBytes + 777);
      const [before, after] = [randomEntry(), randomEntry()];
      await store.append(following(roomId, await store.createRoom(roomId, firstMark), [before]));
      const entry = await largeFollowing(store, roomId, await existing(), large);
      await store.append([entry]);
      await store.append(following(roomId, await existing(), [after]));
      expect(await store.read(roomId, 0, 3, 1_000_000)).toMatchObject({ firstSeq: 1, entries: [before] });
      expect(await store.read(roomId, 1, 3, 1_000_000)).toEqual({
        type: 'large',
        seq: 2,
        total: large.length,
      });
      expect(await store.read(roomId, 2, 3, 1_000_000)).toMatchObject({ firstSeq: 3, entries: [after] });
      const blocks: Uint8Array[] = [];
      for (let at = 0; at < large.length; at += limits.chunkBytes)
        blocks.push(await store.readPart(roomId, 2, at));
      expect(Buffer.compare(Buffer.concat(blocks), large)).toBe(0);
      expect(await existing()).toMatchObject({ logBytes: large.length + before.length + after.length });
    });

    test('[U1] a spool gives back what was written, and may be dropped', async () => {
      const bytes = randomEntry(limits.chunkBytes + 5);
      const entry = await largeFollowing(store, roomId, await store.createRoom(roomId, firstMark), bytes);
      if (entry.body.type !== 'spooled') throw new Error('not spooled');
      const blocks: Uint8Array[] = [];
      for await (const block of entry.body.spool.blocks()) blocks.push(new Uint8Array(block));
      expect(blocks.map(({ length }) => length)).toEqual([limits.chunkBytes, 5]);
      expect(Buffer.compare(Buffer.concat(blocks), bytes)).toBe(0);
      await entry.body.spool.discard();
      expect(await existing()).toMatchObject({ head: { seq: 0 } });
    });

    test('[A3] the last entries are named by digest, newest first', async () => {
      const entries = [randomEntry(), randomEntry(), randomEntry()];
      await store.append(following(roomId, await store.createRoom(roomId, firstMark), entries));
      const large = randomEntry(limits.inlineEntryBytes + 1);
      await store.append([await largeFollowing(store, roomId, await existing(), large)]);
      const recent = await store.recent(roomId, 3);
      expect(recent.map(({ seq, digest }) => [seq, Buffer.from(digest).toString('hex')])).toEqual(
        [[4, large] as const, [3, entries[2]] as const, [2, entries[1]] as const].map(([seq, bytes]) => [
          seq,
          Buffer.from(sha256(bytes ?? new Uint8Array())).toString('hex'),
        ]),
      );
    });

    test('[G1] everything is there after closing and opening', async () => {
      const entries = [randomEntry(), randomEntry()];
      await store.append(following(roomId, await store.createRoom(roomId, firstMark), entries));
      const large = randomEntry(limits.inlineEntryBytes + 1);
      await store.append([await largeFollowing(store, roomId, await existing(), large)]);
      const record = await existing();
      if (tested.reopened !== undefined) {
        await store.close();
        store = await tested.reopened();
      }
      expect(await existing()).toEqual(record);
      expect(await store.read(roomId, 0, 9, 1_000_000)).toEqual({ type: 'entries', firstSeq: 1, entries });
      expect(Buffer.from(await store.readPart(roomId, 3, limits.chunkBytes))).toEqual(
        Buffer.from(large.subarray(limits.chunkBytes)),
      );
    });
  });
}
