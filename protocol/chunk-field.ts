import * as encoding from 'lib0/encoding';
import type { PayloadReader } from './codec.ts';
import { limits } from './limits.ts';

/** A chunk of something larger; offsets and lengths in bytes. */
export interface Chunk {
  readonly total: number;
  readonly offset: number;
  readonly chunk: Uint8Array;
}

/** Writes a chunk as the last field of a payload: the length of the whole, where the chunk starts, and the chunk itself. */
export function writeChunk(encoder: encoding.Encoder, { total, offset, chunk }: Chunk): void {
  encoding.writeVarUint(encoder, total);
  encoding.writeVarUint(encoder, offset);
  encoding.writeUint8Array(encoder, chunk);
}

/** Reads what `writeChunk` wrote; the whole has at most `maxTotal` bytes. The chunk is a view, not a copy. */
export function readChunk(reader: PayloadReader, maxTotal: number): Chunk {
  const total = reader.uint(maxTotal);
  const offset = reader.uint(total);
  const chunk = reader.rest(limits.chunkBytes);
  if (chunk.length === 0 || offset + chunk.length > total) reader.fail('a chunk outside of its whole');
  return { total, offset, chunk };
}
