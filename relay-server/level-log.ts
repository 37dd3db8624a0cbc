import { maskedCrc32c } from './crc32c.ts';

/** What one of LevelDB's logs holds; its manifest is such a log, too. */
export interface LevelLog {
  /** Whatever was written at once and is as it was written. */
  readonly writes: readonly Uint8Array[];
  /** `torn`: the end of the last write is not there, as after a crash. `damaged`: something else is not as it was written. */
  readonly state: 'whole' | 'torn' | 'damaged';
}

/** A write goes over the ends of blocks, so that reading can go on at the next one after damage. */
const blockBytes = 32 * 1024;
/** Checksum, length, kind of part. */
const headBytes = 7;
const parts = { full: 1, first: 2, middle: 3, last: 4 } as const;

/** Reads a whole log (LevelDB's `doc/log_format.md`). */
export function readLog(file: Uint8Array): LevelLog {
  const writes: Uint8Array[] = [];
  let state: LevelLog['state'] = 'whole';
  let begun: Uint8Array[] | undefined;
  const damaged = () => {
    state = 'damaged';
    begun = undefined;
  };
  /** Takes in one part; false where its kind does not fit. */
  const take = (kind: number | undefined, part: Uint8Array): boolean => {
    const isNext = kind === parts.middle || kind === parts.last;
    if (isNext !== (begun !== undefined)) return false;
    if (kind === parts.full) writes.push(part);
    else if (kind === parts.first) begun = [part];
    else if (isNext) begun?.push(part);
    else return false;
    if (kind !== parts.last || begun === undefined) return true;
    writes.push(Buffer.concat(begun));
    begun = undefined;
    return true;
  };
  for (let start = 0; start < file.length; start += blockBytes) {
    const block = file.subarray(start, start + blockBytes);
    const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
    const isCutOff = block.length < blockBytes;
    let at = 0;
    while (at + headBytes <= block.length) {
      const end = at + headBytes + view.getUint16(at + 4, true);
      if (end > block.length && isCutOff) break;
      if (isBlank(file.subarray(start + at))) return { writes, state: state === 'whole' ? 'torn' : state };
      const checked = block.subarray(at + headBytes - 1, end);
      if (end > block.length || view.getUint32(at, true) !== maskedCrc32c(checked)) {
        // Its length may be wrong, so nothing is known of the rest of the block.
        damaged();
        at = block.length;
        break;
      }
      const part = block.subarray(at + headBytes, end);
      if (!take(block[at + headBytes - 1], part)) {
        damaged();
        take(block[at + headBytes - 1], part);
      }
      at = end;
    }
    if (isCutOff && at < block.length && state === 'whole') state = 'torn';
  }
  if (begun !== undefined && state === 'whole') state = 'torn';
  return { writes, state };
}

/** After a power failure a file may be longer than what was written to it. */
function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
