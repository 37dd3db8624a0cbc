import type { RoomId } from '../../protocol/ids.ts';
import { limits } from '../../protocol/limits.ts';
import type { LogStore, RoomRecord } from '../../relay-server/log-store.ts';
import type { NewSnapshot, SnapshotInfo } from '../../relay-server/snapshot-store.ts';
import { following } from './log-store-contract.ts';
import { randomEntry, sha256 } from './test-document.ts';

/** The room's record; throws where there is no room. */
export async function existing(store: LogStore, roomId: RoomId): Promise<RoomRecord> {
  const record = await store.room(roomId);
  if (record === undefined) throw new Error('the room is gone');
  return record;
}

/** Appends entries of 100 random bytes until the room has `count`. */
export async function filled(store: LogStore, roomId: RoomId, count: number): Promise<RoomRecord> {
  const record = (await store.room(roomId)) ?? (await store.createRoom(roomId, randomEntry(16)));
  const entries = Array.from({ length: count - record.head.seq }, () => randomEntry());
  await store.append(following(roomId, record, entries));
  return await existing(store, roomId);
}

/** A snapshot of these bytes up to entry `seq`, spooled in `store`, that wants to follow the newest one. */
export async function snapshotAt(
  store: LogStore,
  roomId: RoomId,
  seq: number,
  bytes: Uint8Array,
  changes: Partial<NewSnapshot> = {},
): Promise<NewSnapshot> {
  const spool = await store.openSpool();
  await spool.write(bytes);
  await spool.finish();
  const position = await store.position(roomId, seq);
  const { snapshot } = await existing(store, roomId);
  return {
    roomId,
    cursor: { seq, mark: position?.mark ?? randomEntry(16) },
    previousSeq: snapshot?.cursor.seq ?? 0,
    createdMs: 1_700_000_000_000 + seq,
    unopened: [],
    digest: sha256(bytes),
    spool,
    ...changes,
  };
}

/** Commits a snapshot that is expected to be taken. */
export async function committed(
  store: LogStore,
  roomId: RoomId,
  seq: number,
  bytes: Uint8Array,
  changes: Partial<NewSnapshot> = {},
): Promise<SnapshotInfo> {
  const info = await store.commitSnapshot(await snapshotAt(store, roomId, seq, bytes, changes));
  if (info === undefined) throw new Error(`the snapshot at ${seq} was outdated`);
  return info;
}

/** The whole of a stored snapshot. */
export async function snapshotBytes(
  store: LogStore,
  roomId: RoomId,
  snapshot: SnapshotInfo,
): Promise<Buffer> {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < snapshot.bytes; at += limits.chunkBytes)
    blocks.push(await store.readSnapshotPart(roomId, snapshot, at));
  return Buffer.concat(blocks);
}

/** Seqs of the entries up to `last` that the store has. */
export async function storedSeqs(store: LogStore, roomId: RoomId, last: number): Promise<number[]> {
  const seqs: number[] = [];
  for (let seq = 1; seq <= last; seq++)
    if ((await store.read(roomId, seq - 1, seq, 1)).type !== 'end') seqs.push(seq);
  return seqs;
}
