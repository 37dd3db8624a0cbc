import * as encoding from 'lib0/encoding';
import type { PayloadReader } from './codec.ts';
import { readCursor, writeCursor } from './cursor-field.ts';
import type { Cursor } from './ids.ts';
import { limits } from './limits.ts';

/** Asks for the list of stored snapshots (rule C7); editors only. */
export interface MilestonesRequest {
  readonly ref: number;
}

/** Asks for the chunk at `offset` of the snapshot at `seq` (rule C8); editors only. */
export interface MilestoneRequest {
  readonly ref: number;
  readonly seq: number;
  /** A multiple of `limits.chunkBytes`. */
  readonly offset: number;
}

/** One stored snapshot: the document as it was at `cursor`. */
export interface Milestone {
  readonly cursor: Cursor;
  /** Milliseconds since 1970, of the relay's clock. */
  readonly createdMs: number;
  readonly bytes: number;
}

/** All stored snapshots of a room, oldest first. */
export interface Milestones {
  readonly ref: number;
  readonly milestones: readonly Milestone[];
}

/** One chunk of a stored snapshot. */
export interface MilestonePart {
  readonly ref: number;
  readonly cursor: Cursor;
  readonly total: number;
  readonly offset: number;
  readonly chunk: Uint8Array;
}

/** Writes what `readMilestones` reads. */
export function writeMilestones(encoder: encoding.Encoder, { ref, milestones }: Milestones): void {
  encoding.writeVarUint(encoder, ref);
  for (const { cursor, createdMs, bytes } of milestones) {
    writeCursor(encoder, cursor);
    encoding.writeVarUint(encoder, createdMs);
    encoding.writeVarUint(encoder, bytes);
  }
}

/** Reads an untrusted list; the relay keeps no more than `limits.milestones`. */
export function readMilestones(reader: PayloadReader): Milestones {
  const ref = reader.uint();
  const milestones: Milestone[] = [];
  while (reader.left > 0) {
    if (milestones.length === limits.milestones) reader.fail('too many milestones');
    milestones.push({
      cursor: readCursor(reader),
      createdMs: reader.uint(),
      bytes: reader.uint(limits.snapshotBytes),
    });
  }
  return { ref, milestones };
}
