import { maskedCrc32c } from './crc32c.ts';
import { KeyOrder } from './level-order.ts';
import { compareRecords, LevelBytes, type LevelRecord, recordOf } from './level-record.ts';

/**
 * One of LevelDB's tables, read without LevelDB, which believes what is in a block (its `doc/table_format.md`): data blocks
 * one after the other, a filter, an index that names the data blocks, and a footer that names the index.
 */
export interface LevelTable {
  /** Those of all blocks whose checksums are right, in LevelDB's order. */
  readonly records: readonly LevelRecord[];
  /** Blocks that cannot be used, the index and the filter among them. What follows one that no index names counts with it. */
  readonly damagedBlocks: number;
}

interface BlockPlace {
  readonly offset: number;
  readonly size: number;
}

interface BlockEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

const footerBytes = 48;
const magic = Buffer.from('57fb808b247547db', 'hex');
/** Behind each block: how it is compressed, and a checksum of block and this. */
const trailerBytes = 5;
const uncompressed = 0;
/** Entries between two that have their whole key; where those are is at the end of a block. */
const restartInterval = 16;

/** Reads a whole table. Its records are views of `file`. */
export function readTable(file: Uint8Array): LevelTable {
  const footer = readFooter(file);
  const index = footer && readBlock(file, footer.index);
  const { records, damagedBlocks } =
    index === undefined ? readInSequence(file, hintsOf(file, footer?.index)) : readIndexed(file, index);
  const damaged = damagedBlocks + (hasSoundFilter(file, footer?.metaIndex) ? 0 : 1);
  const isInOrder = records.every((record, i) => i === 0 || compareRecords(at(records, i - 1), record) < 0);
  if (!isInOrder) records.sort(compareRecords);
  return { records, damagedBlocks: damaged };
}

/** Whether every block is as it was written and all keys are in order, as LevelDB takes for granted. Keeps no record: a start looks at many. */
export function isSound(file: Uint8Array): boolean {
  const footer = readFooter(file);
  const index = footer && readBlock(file, footer.index);
  if (index === undefined || !hasSoundFilter(file, footer?.metaIndex)) return false;
  const order = new KeyOrder();
  return index.every(({ value }) => {
    const place = readPlace(new LevelBytes(value));
    const entries = place && entriesOf(file, place);
    return entries !== undefined && order.continuesWith(entries);
  });
}

function readFooter(file: Uint8Array): { metaIndex: BlockPlace; index: BlockPlace } | undefined {
  const footer = file.subarray(-footerBytes);
  if (!magic.equals(footer.subarray(-magic.length))) return undefined;
  const places = new LevelBytes(footer);
  const [metaIndex, index] = [readPlace(places), readPlace(places)];
  return metaIndex === undefined || index === undefined ? undefined : { metaIndex, index };
}

function readPlace(bytes: LevelBytes): BlockPlace | undefined {
  const [offset, size] = [bytes.varint(), bytes.varint()];
  return offset === undefined || size === undefined ? undefined : { offset, size };
}

function readIndexed(
  file: Uint8Array,
  index: readonly BlockEntry[],
): { records: LevelRecord[]; damagedBlocks: number } {
  const records: LevelRecord[] = [];
  let damagedBlocks = 0;
  for (const { value } of index) {
    const place = readPlace(new LevelBytes(value));
    const found = place && recordsOf(readBlock(file, place));
    if (found === undefined) damagedBlocks += 1;
    else for (const record of found) records.push(record);
  }
  return { records, damagedBlocks };
}

/**
 * Data blocks as they follow each other; after a damaged one, those from the next hint on. They are not searched for by
 * their look: in the bytes that a member has sent, there may be what looks like a block.
 */
function readInSequence(
  file: Uint8Array,
  hints: readonly number[],
): { records: LevelRecord[]; damagedBlocks: number } {
  const records: LevelRecord[] = [];
  let damagedBlocks = 0;
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const start: number = offset;
    const place = measureBlock(file, start);
    const found = place && recordsOf(readBlock(file, place));
    const [first, last] = [found?.[0], records.at(-1)];
    // The index looks like a data block, but begins anew.
    const isNext = first !== undefined && (last === undefined || compareRecords(last, first) < 0);
    if (place !== undefined && found !== undefined && isNext) {
      for (const record of found) records.push(record);
      offset = start + place.size + trailerBytes;
    } else {
      damagedBlocks += 1;
      offset = hints.find((hint) => hint > start);
    }
  }
  return { records, damagedBlocks };
}

/** Where a damaged index says that data blocks begin, in their order: what is still legible of it. */
function hintsOf(file: Uint8Array, place: BlockPlace | undefined): readonly number[] {
  if (place === undefined || place.size < 4 || place.offset + place.size > file.length) return [];
  const index = file.subarray(place.offset, place.offset + place.size);
  const view = new DataView(index.buffer, index.byteOffset, index.byteLength);
  const entries = view.getUint32(place.size - 4, true);
  const end = place.size - 4 * (entries + 1);
  const hints: number[] = [];
  // Every entry of an index has its whole key, and is named at the end.
  for (let named = Math.max(end, 0); named < place.size - 4; named += 4) {
    const entry = new LevelBytes(index, view.getUint32(named, true), Math.max(end, 0));
    const [, keyBytes] = [entry.varint(), entry.varint()];
    entry.varint();
    if (entry.bytes(keyBytes) === undefined) continue;
    const hint = readPlace(entry);
    if (hint !== undefined) hints.push(hint.offset);
  }
  return hints.sort((a, b) => a - b);
}

/** How long the block at `offset` is: entries, until there is what is at the end of as many; undefined where that does not come. */
function measureBlock(file: Uint8Array, offset: number): BlockPlace | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const bytes = new LevelBytes(file, offset);
  let keyBytes = 0;
  for (let entries = 0; ; entries++) {
    const restarts = Math.max(1, Math.ceil(entries / restartInterval));
    const countAt = bytes.at + 4 * restarts;
    if (countAt + 4 > file.length) return undefined;
    if (view.getUint32(bytes.at, true) === 0 && view.getUint32(countAt, true) === restarts)
      return { offset, size: countAt + 4 - offset };
    const shared = bytes.varint();
    const more = bytes.varint();
    const valueBytes = bytes.varint();
    if (shared === undefined || more === undefined || valueBytes === undefined) return undefined;
    if (shared > keyBytes || bytes.bytes(more + valueBytes) === undefined) return undefined;
    keyBytes = shared + more;
  }
}

/** The part of a block that holds its entries; undefined unless the checksum of all is right. */
function entriesOf(file: Uint8Array, { offset, size }: BlockPlace): Uint8Array | undefined {
  if (!isAsWritten(file, { offset, size })) return undefined;
  if (file[offset + size] !== uncompressed || size < 4) return undefined;
  const block = file.subarray(offset, offset + size);
  const restarts = new DataView(block.buffer, block.byteOffset, size).getUint32(size - 4, true);
  const end = size - 4 * (restarts + 1);
  return end < 0 ? undefined : block.subarray(0, end);
}

/** The entries of a block; undefined unless its checksum is right and it can be read to its end. */
function readBlock(file: Uint8Array, { offset, size }: BlockPlace): readonly BlockEntry[] | undefined {
  const packed = entriesOf(file, { offset, size });
  if (packed === undefined) return undefined;
  const entries: BlockEntry[] = [];
  let key: Uint8Array = packed.subarray(0, 0);
  for (const bytes = new LevelBytes(packed); !bytes.isAtEnd; ) {
    const shared = bytes.varint();
    const more = bytes.varint();
    const valueBytes = bytes.varint();
    const rest = bytes.bytes(more);
    const value = bytes.bytes(valueBytes);
    if (shared === undefined || shared > key.length || rest === undefined || value === undefined)
      return undefined;
    key = shared === 0 ? rest : joined(key, shared, rest);
    entries.push({ key, value });
  }
  return entries;
}

function joined(key: Uint8Array, shared: number, rest: Uint8Array): Uint8Array {
  const whole = Buffer.allocUnsafe(shared + rest.length);
  for (let i = 0; i < shared; i++) whole[i] = key[i] ?? 0;
  whole.set(rest, shared);
  return whole;
}

function isAsWritten(file: Uint8Array, { offset, size }: BlockPlace): boolean {
  if (offset + size + trailerBytes > file.length) return false;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const checked = file.subarray(offset, offset + size + 1);
  return view.getUint32(offset + size + 1, true) === maskedCrc32c(checked);
}

function recordsOf(entries: readonly BlockEntry[] | undefined): readonly LevelRecord[] | undefined {
  const records: LevelRecord[] = [];
  for (const { key, value } of entries ?? []) {
    const record = recordOf(key, value);
    if (record === undefined) return undefined;
    records.push(record);
  }
  return entries && records;
}

/** A wrong filter would make LevelDB say that a key is not there. */
function hasSoundFilter(file: Uint8Array, metaIndex: BlockPlace | undefined): boolean {
  const entries = metaIndex && readBlock(file, metaIndex);
  return (
    entries?.every(({ value }) => {
      const place = readPlace(new LevelBytes(value));
      return place !== undefined && isAsWritten(file, place);
    }) ?? false
  );
}

function at(records: readonly LevelRecord[], index: number): LevelRecord {
  const record = records[index];
  if (record === undefined) throw new Error(`There is no record ${index}.`);
  return record;
}
