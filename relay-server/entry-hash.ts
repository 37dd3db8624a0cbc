import { createHash } from 'node:crypto';
import { idBytes } from '../protocol/ids.ts';

/** SHA-256 from `node:crypto`, 32 bytes, for the protocol's functions that take a hash. */
export function sha256(data: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(data).digest());
}

/** `H(previous ‖ entry)[0..16]` of an entry that comes in blocks: `nextMark` for what is too large to hold (rule L2). */
export async function markOfBlocks(
  previous: Uint8Array,
  blocks: AsyncIterable<Uint8Array>,
): Promise<Uint8Array> {
  const hash = createHash('sha256').update(previous);
  for await (const block of blocks) hash.update(block);
  return new Uint8Array(hash.digest().subarray(0, idBytes));
}

/** A digest as a short text, for keys of a map. */
export function digestKey(digest: Uint8Array): string {
  return Buffer.from(digest.buffer, digest.byteOffset, digest.byteLength).toString('latin1');
}
