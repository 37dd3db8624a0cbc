import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, it } from 'vitest';
import type { Cursor } from '../../protocol/ids.ts';
import type { Joined } from '../../protocol/joining-messages.ts';
import { nextMark } from '../../protocol/marks.ts';
import { LogReader } from '../../sync/log-reader.ts';

const bytes = (length: number, value: number) => new Uint8Array(length).fill(value);
const snapshotAt: Cursor = { seq: 100, mark: bytes(16, 7) };
const snapshot = bytes(10, 1);

function joined(start: Joined['start'], from: Cursor): Joined {
  return { role: 'edit', memberId: 1, head: from, start, from, streamBytes: 0 };
}

/** A reader whose stream starts with a snapshot, of which the first six of ten bytes have come. */
function inSnapshot(): LogReader {
  const reader = new LogReader({ seq: 3, mark: bytes(16, 3) });
  reader.start(joined('snapshot', snapshotAt));
  const chunk = snapshot.subarray(0, 6);
  expect(reader.snapshotPart({ cursor: snapshotAt, total: 10, offset: 0, chunk })).toEqual({
    ok: true,
    entries: [],
  });
  return reader;
}

function afterSnapshot(): LogReader {
  const reader = inSnapshot();
  const chunk = snapshot.subarray(6);
  expect(reader.snapshotPart({ cursor: snapshotAt, total: 10, offset: 6, chunk })).toEqual({
    ok: true,
    entries: [],
    snapshot: { cursor: snapshotAt, sealed: snapshot },
  });
  return reader;
}

describe('a stream that starts with a snapshot', () => {
  it('[S6] has no cursor before the snapshot is whole, and the snapshot’s after', () => {
    expect(inSnapshot().cursor).toBeUndefined();
    expect(afterSnapshot().cursor).toEqual(snapshotAt);
  });

  it('[S6] gives the entries kept beside it without moving the cursor, then goes on with the log', () => {
    const reader = afterSnapshot();
    const kept = [bytes(2, 1), bytes(2, 2)];
    expect(reader.entries({ firstSeq: 40, entries: kept })).toEqual({
      ok: true,
      entries: [
        { seq: 40, sealed: kept[0] },
        { seq: 41, sealed: kept[1] },
      ],
    });
    expect(reader.part({ seq: 100, total: 4, offset: 0, chunk: bytes(2, 5) })).toEqual({
      ok: true,
      entries: [],
    });
    expect(reader.part({ seq: 100, total: 4, offset: 2, chunk: bytes(2, 6) })).toMatchObject({
      ok: true,
      entries: [{ seq: 100 }],
    });
    expect(reader.cursor).toEqual(snapshotAt);
    expect(reader.entries({ firstSeq: 101, entries: [bytes(3, 9)] })).toMatchObject({ ok: true });
    expect(reader.cursor).toEqual({ seq: 101, mark: nextMark(sha256, snapshotAt.mark, bytes(3, 9)) });
  });

  it('[S6] does not take kept entries once the log has gone on, nor ones that run into it', () => {
    const reader = afterSnapshot();
    expect(reader.entries({ firstSeq: 100, entries: [bytes(1, 1), bytes(1, 2)] }).ok).toBe(false);
    expect(reader.entries({ firstSeq: 101, entries: [bytes(1, 1)] }).ok).toBe(true);
    expect(reader.entries({ firstSeq: 40, entries: [bytes(1, 1)] }).ok).toBe(false);
  });

  it('[S6] takes chunks of no other snapshot, out of order, or where none is expected', () => {
    const chunk = bytes(1, 1);
    const other = { ...snapshotAt, seq: 101 };
    expect(inSnapshot().snapshotPart({ cursor: other, total: 10, offset: 6, chunk }).ok).toBe(false);
    expect(inSnapshot().snapshotPart({ cursor: snapshotAt, total: 10, offset: 7, chunk }).ok).toBe(false);
    expect(inSnapshot().snapshotPart({ cursor: snapshotAt, total: 11, offset: 6, chunk }).ok).toBe(false);
    expect(inSnapshot().entries({ firstSeq: 101, entries: [chunk] }).ok).toBe(false);
    expect(afterSnapshot().snapshotPart({ cursor: snapshotAt, total: 1, offset: 0, chunk }).ok).toBe(false);
    const fromLog = new LogReader(undefined);
    fromLog.start(joined('log', { seq: 0, mark: bytes(16, 0) }));
    expect(fromLog.snapshotPart({ cursor: snapshotAt, total: 1, offset: 0, chunk }).ok).toBe(false);
  });
});
