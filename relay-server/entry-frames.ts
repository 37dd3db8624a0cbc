import { limits } from '../protocol/limits.ts';
import { entryOverheadBytes } from './log-store.ts';
import type { StoredEntry } from './pending-append.ts';

/** Entries that leave in one frame, or one that is only in the log. Its last position is where live members are then. */
export interface EntryFrame {
  readonly firstSeq: number;
  readonly last: StoredEntry;
  /** Undefined where the entry has to be read from the log. */
  readonly entries: readonly Uint8Array[] | undefined;
}

/** Durable entries as they leave: as many in a frame as it holds (rules A6 and S2). */
export function entryFrames(stored: readonly StoredEntry[]): readonly EntryFrame[] {
  const frames: EntryFrame[] = [];
  let entries: Uint8Array[] | undefined;
  let bytesInFrame = 0;
  for (const last of stored) {
    const { seq, bytes } = last;
    if (bytes === undefined) {
      entries = undefined;
      frames.push({ firstSeq: seq, last, entries: undefined });
      continue;
    }
    const size = bytes.length + entryOverheadBytes;
    if (entries !== undefined && bytesInFrame + size <= limits.chunkBytes) {
      entries.push(bytes);
      bytesInFrame += size;
      const firstSeq = frames.pop()?.firstSeq ?? seq;
      frames.push({ firstSeq, last, entries });
    } else {
      entries = [bytes];
      bytesInFrame = size;
      frames.push({ firstSeq: seq, last, entries });
    }
  }
  return frames;
}
