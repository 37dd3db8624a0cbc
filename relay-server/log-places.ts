import type { RoomId } from '../protocol/ids.ts';
import { nextMark } from '../protocol/marks.ts';
import { markOfBlocks, sha256 } from './entry-hash.ts';
import type { EntryRecord } from './entry-record.ts';
import { seqOfKey, tryDecodeEntry } from './entry-record.ts';
import type { LargeEntries } from './large-entries.ts';
import type { Database } from './level-database.ts';
import { readEntries } from './level-database.ts';
import { isDamage } from './log-store.ts';

/** Stands for an entry that is lost (rule L4). */
export const noEntry: Extract<EntryRecord['body'], { type: 'inline' }> = {
  type: 'inline',
  bytes: new Uint8Array(),
};

/** One place of a log as it was found, places in a row without records, or a record that is at no place: its key may be damaged, too. */
export type Found =
  | { readonly type: 'entry'; readonly seq: number; readonly entry: EntryRecord; readonly value: Uint8Array }
  | { readonly type: 'damaged'; readonly seq: number; readonly value: Uint8Array }
  | { readonly type: 'missing'; readonly seq: number; readonly lastSeq: number }
  | { readonly type: 'stray'; readonly seq: number; readonly key: Uint8Array; readonly value: Uint8Array };

/** Which part of a log is looked at. */
export interface Places {
  readonly firstSeq: number;
  /** Otherwise up to the last record. */
  readonly lastSeq?: number;
  /** Whether a damaged record at this seq is at its place, though those before it have none. */
  readonly expects?: (seq: number) => boolean;
}

/** Every place of a part of a log, those without a record too. */
export async function* placesOf(
  { database }: { readonly database: Database },
  roomId: RoomId,
  { firstSeq, lastSeq, expects = () => false }: Places,
): AsyncIterable<Found> {
  let next = firstSeq;
  const range = { gte: firstSeq, lte: lastSeq ?? Number.MAX_SAFE_INTEGER };
  for await (const { key, value } of readEntries(database, roomId, range)) {
    const entry = tryDecodeEntry(key, value);
    const seq = seqOfKey(key);
    if (entry === undefined && seq !== next && !expects(seq)) {
      yield { type: 'stray', seq, key, value };
      continue;
    }
    if (seq > next) yield { type: 'missing', seq: next, lastSeq: seq - 1 };
    next = seq + 1;
    if (entry === undefined) yield { type: 'damaged', seq, value };
    else yield { type: 'entry', seq, entry, value };
  }
  if (lastSeq !== undefined && next <= lastSeq) yield { type: 'missing', seq: next, lastSeq };
}

/** The mark after an entry, from its bytes; undefined where its file is damaged. */
export async function markAfter(
  { large }: { readonly large: LargeEntries },
  roomId: RoomId,
  seq: number,
  mark: Uint8Array,
  body: EntryRecord['body'],
): Promise<Uint8Array | undefined> {
  if (body.type === 'inline') return nextMark(sha256, mark, body.bytes);
  try {
    return await markOfBlocks(mark, large.blocks(roomId, seq, body));
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

/** Bytes of an entry, in its record or its file. */
export function sizeOf(body: EntryRecord['body']): number {
  return body.type === 'inline' ? body.bytes.length : body.total;
}
