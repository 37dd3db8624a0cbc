import { deflateSync, Inflate } from 'fflate';
import { concat } from '../protocol/codec.ts';

/** Inflated size over which a payload counts as a deflate bomb; twice the largest entry a relay takes. */
export const maxInflatedBytes = 64 * 1024 * 1024;

/** Below this a deflated payload is hardly ever smaller. */
const worthDeflatingBytes = 200;

/** Inflating goes in slices of this size, so that one slice gives at most about a thousand times as much. */
const sliceBytes = 4 * 1024;

/** The deflated bytes (RFC 1951), or undefined where that does not save at least a tenth. */
export function deflateIfSmaller(bytes: Uint8Array): Uint8Array | undefined {
  // What no copy would inflate must not be deflated: it is refused by its size instead.
  if (bytes.length < worthDeflatingBytes || bytes.length > maxInflatedBytes) return undefined;
  const deflated = deflateSync(bytes, { level: bytes.length > 256 * 1024 ? 3 : 6 });
  return deflated.length < bytes.length * 0.9 ? deflated : undefined;
}

/** The inflated bytes, or undefined where they are broken or over `maxBytes`; never holds more than that plus one slice's worth. */
export function inflateBounded(deflated: Uint8Array, maxBytes = maxInflatedBytes): Uint8Array | undefined {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let complete = false;
  const inflate = new Inflate((chunk, final) => {
    length += chunk.length;
    complete = final;
    if (length <= maxBytes) chunks.push(chunk);
  });
  try {
    for (let offset = 0; offset < deflated.length; offset += sliceBytes) {
      const end = offset + sliceBytes;
      inflate.push(deflated.subarray(offset, end), end >= deflated.length);
      if (length > maxBytes) return undefined;
    }
  } catch {
    return undefined;
  }
  return complete ? concat(...chunks) : undefined;
}
