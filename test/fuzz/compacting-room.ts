import { randomBytes } from 'node:crypto';
import { sha256 } from '@noble/hashes/sha2.js';
import { nextMark } from '../../protocol/marks.ts';
import type { RoomRecord } from '../../relay-server/log-store.ts';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import type { RelayConfig } from '../../relay-server/relay-config.ts';
import type { LargeSealing } from '../../sync/copy-options.ts';
import type { Provider } from '../../sync/provider.ts';
import { open, seal } from '../../sync/sealing.ts';
import { entryOf, MemoryRoom } from './memory-room.ts';

export const minBytes = 1000;
export const compaction = { minBytes, afterMs: 3_600_000, offerWithinMs: 30_000 };

/** A room in which a few words are worth a snapshot, with one editor in it. */
export async function compactingRoom(config: Partial<RelayConfig> = {}) {
  const room = new MemoryRoom(new MemoryLogStore(), { compaction, ...config });
  const anna = room.open({ create: true });
  await room.settle();
  return { room, anna };
}

/** Writes so much that a snapshot is due, and lets it be made. */
export async function compact(room: MemoryRoom, editor: Provider): Promise<void> {
  for (let word = 0; word < 12; word++) {
    editor.text.insert(0, `${randomBytes(20).toString('hex')} `);
    await room.time.pass(200);
  }
  await room.settle();
}

/** Seqs of the snapshots that the room's store has. */
export async function snapshotsOf(room: MemoryRoom): Promise<number[]> {
  return (await room.store.snapshots(room.keys.roomId)).map(({ cursor }) => cursor.seq);
}

/** The room's record, for what is put into its store behind the relay's back. */
export async function recordOf({ store, keys }: MemoryRoom): Promise<RoomRecord> {
  const record = await store.room(keys.roomId);
  if (record === undefined) throw new Error('no room');
  return record;
}

/** Puts an entry behind the last one, while the relay is not in use; gives its seq. */
export async function putEntry(room: MemoryRoom, bytes: Uint8Array): Promise<number> {
  const { head, logBytes } = await recordOf(room);
  const position = { mark: nextMark(sha256, head.mark, bytes), logBytes: logBytes + bytes.length };
  await room.store.append([entryOf(room.keys.roomId, head.seq + 1, position, bytes)]);
  return head.seq + 1;
}

/** Puts a snapshot at the head, while the relay is not in use: one that opens nowhere, unless it is told what. */
export async function putSnapshot(
  room: MemoryRoom,
  bytes: Uint8Array = new Uint8Array(randomBytes(200)),
): Promise<void> {
  const { store, keys } = room;
  const record = await recordOf(room);
  const spool = await store.openSpool();
  await spool.write(bytes);
  await spool.finish();
  const committed = await store.commitSnapshot({
    roomId: keys.roomId,
    cursor: record.head,
    previousSeq: record.snapshot?.cursor.seq ?? 0,
    createdMs: room.time.now(),
    unopened: [],
    digest: sha256(bytes),
    spool,
  });
  if (committed === undefined) throw new Error('the junk was not taken');
}

/** Takes a while to open anything large, and every snapshot. */
export function slowWorker({ keys, time }: MemoryRoom, openMs = 10_000): LargeSealing {
  const slowly = <T>(work: () => T) =>
    new Promise<T>((resolve) => {
      time.after(openMs, () => resolve(work()));
    });
  return {
    seal: (kind, body) => slowly(() => seal(keys, kind, body)),
    open: (kind, sealed) => slowly(() => open(keys, kind, sealed)),
  };
}
