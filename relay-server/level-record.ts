/** A record of LevelDB's files: of those of one key, the one with the highest sequence counts. */
export interface LevelRecord {
  readonly key: Uint8Array;
  readonly sequence: number;
  /** Undefined where the key was deleted. */
  readonly value: Uint8Array | undefined;
}

/** LevelDB's order: by key, and of one key the newest first. */
export function compareRecords(a: LevelRecord, b: LevelRecord): number {
  return Buffer.compare(a.key, b.key) || b.sequence - a.sequence;
}

/** Sequence and kind, behind each key of a table. */
export const suffixBytes = 8;
export const kinds = { deletion: 0, value: 1 } as const;

/** The record of a table's key and value; undefined for a key that LevelDB does not write. */
export function recordOf(internalKey: Uint8Array, value: Uint8Array): LevelRecord | undefined {
  const at = internalKey.length - suffixBytes;
  const kind = internalKey[at];
  if (kind !== kinds.value && kind !== kinds.deletion) return undefined;
  const suffix = new DataView(internalKey.buffer, internalKey.byteOffset + at, suffixBytes);
  const sequence = suffix.getUint32(4, true) * 2 ** 24 + (suffix.getUint32(0, true) >>> 8);
  return { key: internalKey.subarray(0, at), sequence, value: kind === kinds.value ? value : undefined };
}

/** The records of one write, as LevelDB's log has it; those before the first that cannot be read. */
export function* recordsOfWrite(write: Uint8Array): Generator<LevelRecord> {
  if (write.length < 12) return;
  const head = new DataView(write.buffer, write.byteOffset, 12);
  const first = head.getUint32(4, true) * 2 ** 32 + head.getUint32(0, true);
  const records = head.getUint32(8, true);
  const rest = new LevelBytes(write, 12);
  for (let sequence = first; sequence < first + records; sequence++) {
    const kind = rest.varint();
    const key = rest.bytes(rest.varint());
    const value = kind === kinds.value ? rest.bytes(rest.varint()) : undefined;
    const isRead =
      key !== undefined && (kind === kinds.value ? value !== undefined : kind === kinds.deletion);
    if (!isRead) return;
    yield { key, sequence, value };
  }
}

/** Reads numbers and bytes as LevelDB writes them, one after the other; gives undefined where there is not so much. */
export class LevelBytes {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #end: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.at = at;
    this.#end = end;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#end;
  }

  /** Seven bits a byte, the lowest first. */
  varint(): number | undefined {
    let value = 0;
    for (let scale = 1; scale < Number.MAX_SAFE_INTEGER; scale *= 128) {
      const byte = this.isAtEnd ? undefined : this.#bytes[this.at++];
      if (byte === undefined) return undefined;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    return undefined;
  }

  /** Passes over the next bytes, or gives false where there are not so many. */
  skip(length: number | undefined): boolean {
    if (length === undefined || length > this.#end - this.at) return false;
    this.at += length;
    return true;
  }

  /** A view of the next bytes. */
  bytes(length: number | undefined): Uint8Array | undefined {
    const start = this.at;
    return this.skip(length) ? this.#bytes.subarray(start, this.at) : undefined;
  }
}
