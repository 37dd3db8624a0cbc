import { concat } from './codec.ts';
import { idBytes } from './ids.ts';

/** SHA-256 as the caller has it: `@noble/hashes` on clients, `node:crypto` on the relay. 32 bytes out. */
export type Sha256 = (data: Uint8Array) => Uint8Array;

/** The mark after an entry: `mark = H(previous mark ‖ entry)[0..16]` (rule L2). */
export function nextMark(sha256: Sha256, previous: Uint8Array, entry: Uint8Array): Uint8Array {
  return sha256(concat(previous, entry)).slice(0, idBytes);
}
