import { compareRecords, type LevelRecord } from './level-record.ts';

/** Records in LevelDB's order that are loaded when it is their turn. */
export interface RecordSource {
  readonly first: LevelRecord;
  readonly load: () => Promise<readonly LevelRecord[]>;
}

/**
 * The newest record of each key, in the order of keys, without those that were deleted. In memory are the sources
 * that overlap: of tables one a level, and the few that have not been sorted into a level yet.
 */
export async function* newestRecords(sources: readonly RecordSource[]): AsyncGenerator<LevelRecord> {
  const waiting = [...sources].sort((a, b) => compareRecords(a.first, b.first));
  let running: { records: readonly LevelRecord[]; at: number; next: LevelRecord }[] = [];
  let last: Uint8Array | undefined;
  for (;;) {
    let first = running[0];
    for (const one of running)
      if (first !== undefined && compareRecords(one.next, first.next) < 0) first = one;
    const [source] = waiting;
    if (source !== undefined && (first === undefined || compareRecords(source.first, first.next) <= 0)) {
      waiting.shift();
      const records = await source.load();
      const [next] = records;
      if (next !== undefined) running.push({ records, at: 0, next });
      continue;
    }
    if (first === undefined) return;
    const record = first.next;
    first.at += 1;
    const next = first.records[first.at];
    if (next === undefined) running = running.filter((one) => one !== first);
    else first.next = next;
    if (last !== undefined && Buffer.compare(last, record.key) === 0) continue;
    last = record.key;
    if (record.value !== undefined) yield record;
  }
}
