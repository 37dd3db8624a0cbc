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

/** One place of a log as it was found, or a record that is at no place: its key may be damaged, too. */
export type Found =
  | { readonly type: 'entry'; readonly seq: number; readonly entry: EntryRecord; readonly value: Uint8Array }
  | { readonly type: 'damaged'; readonly seq: number; readonly value: Uint8Array | undefined }
  | { readonly type: 'stray'; readonly seq: number; readonly key: Uint8Array; readonly value: Uint8Array };

/** Every place of the log from a seq up to its last record, those without a record too. */
export async function* placesFrom(
  { database }: { readonly database: Database },
  roomId: RoomId,
  firstSeq: number,
  lastSeq = Number.MAX_SAFE_INTEGER,
): AsyncIterable<Found> {
  let seq = firstSeq;
  for await (const { key, value } of readEntries(database, roomId, { gte: firstSeq, lte: lastSeq })) {
    const entry = tryDecodeEntry(key, value);
    const at = seqOfKey(key);
    if (entry === undefined && at !== seq) {
      yield { type: 'stray', seq: at, key, value };
      continue;
    }
    for (; seq < at; seq++) yield { type: 'damaged', seq, value: undefined };
    seq = at + 1;
    if (entry === undefined) yield { type: 'damaged', seq: at, value };
    else yield { type: 'entry', seq: at, entry, value };
  }
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
