import { kinds, LevelBytes, suffixBytes } from './level-record.ts';

/** Goes through the keys of one block after the other and makes no object of any: a start looks at many, which would all be garbage. */
export class KeyOrder {
  #last = Buffer.alloc(256);
  #lastBytes = 0;
  #next = Buffer.alloc(256);

  /** Whether the keys of a block can be read, and follow each other and those before them in LevelDB's order. */
  continuesWith(entries: Uint8Array): boolean {
    let keyBytes = 0;
    for (const bytes = new LevelBytes(entries); !bytes.isAtEnd; ) {
      const shared = bytes.varint();
      const more = bytes.varint();
      const valueBytes = bytes.varint();
      if (shared === undefined || more === undefined || shared > keyBytes) return false;
      const at = bytes.at;
      if (!bytes.skip(more) || !bytes.skip(valueBytes)) return false;
      keyBytes = shared + more;
      if (this.#next.length < keyBytes) this.#next = Buffer.alloc(2 * keyBytes);
      this.#last.copy(this.#next, 0, 0, shared);
      this.#next.set(entries.subarray(at, at + more), shared);
      if (!isKey(this.#next, keyBytes) || !this.#isAfterLast(keyBytes)) return false;
      [this.#last, this.#next] = [this.#next, this.#last];
      this.#lastBytes = keyBytes;
    }
    return true;
  }

  /** By key, and of one key the newest first. */
  #isAfterLast(keyBytes: number): boolean {
    if (this.#lastBytes === 0) return true;
    const [last, next] = [this.#last, this.#next];
    const order = last.compare(next, 0, keyBytes - suffixBytes, 0, this.#lastBytes - suffixBytes);
    if (order !== 0) return order < 0;
    for (let back = 1; back <= suffixBytes; back++) {
      const newer = (last[this.#lastBytes - back] ?? 0) - (next[keyBytes - back] ?? 0);
      if (newer !== 0) return newer > 0;
    }
    return false;
  }
}

function isKey(key: Uint8Array, length: number): boolean {
  const kind = key[length - suffixBytes];
  return length >= suffixBytes && (kind === kinds.value || kind === kinds.deletion);
}
