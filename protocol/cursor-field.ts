import * as encoding from 'lib0/encoding';
import type { PayloadReader } from './codec.ts';
import type { Cursor } from './ids.ts';
import { idBytes } from './ids.ts';

/** Writes a cursor: its seq, then the 16 bytes of its mark. */
export function writeCursor(encoder: encoding.Encoder, cursor: Cursor): void {
  encoding.writeVarUint(encoder, cursor.seq);
  encoding.writeUint8Array(encoder, cursor.mark);
}

/** Reads what `writeCursor` wrote. The mark is copied, since cursors outlive the payload they came in. */
export function readCursor(reader: PayloadReader): Cursor {
  return { seq: reader.uint(), mark: reader.fixed(idBytes).slice() };
}
