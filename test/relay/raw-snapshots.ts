import type { Cursor } from '../../protocol/ids.ts';
import { limits } from '../../protocol/limits.ts';
import { waitFor } from '../app/wait-for.ts';
import type { RawMember } from './raw-member.ts';

/** Where a member stands: everything it was sent since its last join. */
export function cursorOf(member: RawMember): Cursor {
  const joined = member.last('joined');
  if (joined === undefined) throw new Error('not joined');
  return member.cursor(joined.from);
}

/** Waits until the relay asks this member for the `count`th snapshot, and gives the seq that it replaces. */
export async function requested(member: RawMember, count = 1): Promise<number> {
  return await waitFor(
    `request ${count} for a snapshot`,
    () => {
      const requests = member.all('snapshot-request');
      return requests.length >= count && { previousSeq: requests.at(-1)?.previousSeq ?? 0 };
    },
    { seen: () => member.describe() },
  ).then(({ previousSeq }) => previousSeq);
}

/** Announces a snapshot at a cursor. */
export function announce(member: RawMember, ref: number, previousSeq: number, cursor: Cursor): void {
  member.send({ event: 'snapshot', message: { ref, previousSeq, cursor, unopened: [] } });
}

/** Sends the chunks of an announced snapshot up to `to`, each when the one before is answered. */
export async function uploadSnapshot(
  member: RawMember,
  ref: number,
  bytes: Uint8Array,
  to = bytes.length,
): Promise<void> {
  for (let offset = 0; offset < to; offset += limits.chunkBytes) {
    const chunk = bytes.subarray(offset, offset + limits.chunkBytes);
    member.send({ event: 'upload', message: { ref, kind: 'snapshot', total: bytes.length, offset, chunk } });
    if (offset + chunk.length >= bytes.length) return;
    await waitFor(
      `an answer to byte ${offset} of snapshot ${ref}`,
      () => member.uploadReceived(ref) >= offset + chunk.length,
      { seen: () => member.describe() },
    );
  }
}

/** The snapshot that a member was sent, whole. */
export function snapshotSent(
  member: RawMember,
): { readonly seq: number; readonly bytes: Buffer } | undefined {
  const parts = member.all('snapshot-part');
  const [first] = parts;
  return first && { seq: first.cursor.seq, bytes: Buffer.concat(parts.map(({ chunk }) => chunk)) };
}
