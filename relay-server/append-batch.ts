import type { Cursor, RoomId } from '../protocol/ids.ts';
import { nextMark } from '../protocol/marks.ts';
import { digestKey, sha256 } from './entry-hash.ts';
import type { EntryBody, NewEntry } from './log-store.ts';
import type { Acknowledgement, Acknowledgements, Appender, PendingAppend } from './pending-append.ts';
import type { RecentEntries } from './recent-entries.ts';
import { writeUnits } from './write-share.ts';

/** Appends of one room that are written together, in their order. */
export interface AppendBatch {
  readonly appends: readonly PendingAppend[];
  /** The seq of each append, a known entry's for a duplicate (rule A3). */
  readonly places: readonly number[];
  readonly entries: readonly NewEntry[];
}

/** What a batch follows in its log. */
export interface BatchStart {
  readonly roomId: RoomId;
  readonly head: Cursor;
  /** Bytes of all entries up to the head. */
  readonly logBytes: number;
  readonly recent: RecentEntries;
  /** Mark of the first append where that is large; a large one that is not first ends the batch. */
  readonly largeMark: Uint8Array | undefined;
}

/** Gives appends their place and mark, the first and as many after it as `share` allows. */
export function makeBatch(pending: readonly PendingAppend[], start: BatchStart, share: number): AppendBatch {
  const { roomId, recent, largeMark } = start;
  const appends: PendingAppend[] = [];
  const places: number[] = [];
  const entries: NewEntry[] = [];
  const seqOfDigest = new Map<string, number>();
  let { seq, mark } = start.head;
  let { logBytes } = start;
  let cost = 0;
  for (const append of pending) {
    const { body, digest } = append;
    cost += writeUnits(body);
    if (appends.length > 0 && cost > share) break;
    const key = digestKey(digest);
    const known = recent.seqOf(key) ?? seqOfDigest.get(key);
    if (known === undefined) {
      if (body.type === 'inline') mark = nextMark(sha256, mark, body.bytes);
      else if (appends.length === 0 && largeMark !== undefined) mark = largeMark;
      else break;
      seq += 1;
      logBytes += sizeOf(body);
      entries.push({ roomId, seq, mark, logBytes, digest, body });
      seqOfDigest.set(key, seq);
    }
    appends.push(append);
    places.push(known ?? seq);
  }
  return { appends, places, entries };
}

/** For a batch that is on disk: what each appender is told at once of all that it has in it (rule A2). */
export function acknowledgementsOf({ appends, places }: AppendBatch): Acknowledgements {
  const acks = new Map<Appender, Acknowledgement[]>();
  appends.forEach(({ from, ref }, i) => {
    const list = acks.get(from) ?? [];
    list.push({ ref, seq: places[i] ?? 0 });
    acks.set(from, list);
  });
  return acks;
}

function sizeOf(body: EntryBody): number {
  return body.type === 'inline' ? body.bytes.length : body.spool.bytes;
}
