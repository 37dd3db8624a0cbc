import { sha256 } from '@noble/hashes/sha2.js';
import * as Y from 'yjs';
import { type Cursor, toHex } from '../protocol/ids.ts';

/** What a copy says of itself while nobody edits it, for others to compare (G3). All hex. */
export interface CopyCheck {
  readonly seq: number;
  /** The mark, and where entries before it did not open, which: a copy without them is known to be another. */
  readonly mark: string;
  /** Of the Yjs snapshot: state vector and delete set, since deletes do not change a state vector. */
  readonly fingerprint: string;
  readonly text: string;
}

/** Where a copy stands: everything up to a cursor, but for the entries that did not open. */
export interface CopyPlace {
  readonly cursor: Cursor;
  readonly holes: readonly number[];
}

/** UTF-16 units of text hashed in one go; about 2 ms. */
const sliceChars = 128 * 1024;

/**
 * Hashes a copy in slices, pausing between them. Undefined when `isStale` says that the copy changed meanwhile, or when
 * it lacks updates that others build on.
 */
export async function checkCopy(
  doc: Y.Doc,
  content: Y.Text,
  { cursor, holes }: CopyPlace,
  isStale: () => boolean,
  pause: () => Promise<void>,
): Promise<CopyCheck | undefined> {
  if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) return undefined;
  const fingerprint = toHex(sha256(Y.encodeSnapshot(Y.snapshot(doc))).subarray(0, 16));
  const text = content.toString();
  const hash = sha256.create();
  const encoder = new TextEncoder();
  for (let offset = 0; offset < text.length; offset += sliceChars) {
    if (offset > 0) await pause();
    if (isStale()) return undefined;
    hash.update(encoder.encode(text.slice(offset, offset + sliceChars)));
  }
  return {
    seq: cursor.seq,
    mark: `${toHex(cursor.mark)}${holes.length === 0 ? '' : ` without ${nameOf(holes)}`}`,
    fingerprint,
    text: toHex(hash.digest().subarray(0, 16)),
  };
}

function nameOf(holes: readonly number[]): string {
  const seqs = holes.toSorted((a, b) => a - b).join(' ');
  return toHex(sha256(new TextEncoder().encode(seqs)).subarray(0, 16));
}

/** Whether two copies that should be equal are not: the same history with another state, or the same state with another text. */
export function copiesDiffer(a: CopyCheck, b: CopyCheck): boolean {
  const sameHistory = a.seq === b.seq && a.mark === b.mark;
  const sameState = a.fingerprint === b.fingerprint;
  return (sameHistory && !sameState) || (sameState && a.text !== b.text);
}
