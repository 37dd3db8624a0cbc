import { sealAtOnceBytes, sealOverheadBytes } from './sealing.ts';
import { splitUpdate } from './split-update.ts';

/** Seals an entry's update and opens it again: small ones at once, large ones where it does not hold up typing. */
export interface EntrySealer {
  now(update: Uint8Array): Uint8Array;
  later(update: Uint8Array): Promise<Uint8Array>;
  open(sealed: Uint8Array): Promise<Uint8Array | undefined>;
}

/**
 * An update as entries of at most `mostBytes`, in order; one is larger only where it cannot be split. Parts are small, and
 * may be hundreds: they are sealed where large ones are, and typing goes on between them.
 */
export async function sealedParts(
  sealer: EntrySealer,
  update: Uint8Array,
  mostBytes: number,
): Promise<readonly Uint8Array[]> {
  const whole = await sealed(sealer, update);
  if (whole.length <= mostBytes) return [whole];
  const parts: Uint8Array[] = [];
  for (const part of splitUpdate(update, mostBytes - sealOverheadBytes)) parts.push(await sealer.later(part));
  return parts;
}

/** Whether an update can be sealed at once and is one entry of at most `mostBytes` then. */
export function isSealedAtOnce(update: Uint8Array, mostBytes: number): boolean {
  return update.length < sealAtOnceBytes && update.length + sealOverheadBytes <= mostBytes;
}

function sealed(sealer: EntrySealer, update: Uint8Array): Promise<Uint8Array> | Uint8Array {
  return update.length < sealAtOnceBytes ? sealer.now(update) : sealer.later(update);
}
