import { describe, expect, test } from 'vitest';
import { limits } from '../../protocol/limits.ts';
import { CommitPace } from '../../relay-server/commit-pace.ts';
import { FanOut } from '../../relay-server/fan-out.ts';
import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import { defaultRate, RateLimit } from '../../relay-server/rate-limit.ts';
import { RecentEntries, recentEntryCount } from '../../relay-server/recent-entries.ts';
import type { UploadEvents } from '../../relay-server/upload.ts';
import { Upload } from '../../relay-server/upload.ts';
import { settled, TestClock } from './memory-relay.ts';
import { randomEntry } from './test-document.ts';

describe('fan-out', () => {
  /** Audiences whose frames take this long each. `sent` are their turns, as `name at ms`. */
  function fanOut(...publishMs: number[]) {
    const clock = new TestClock();
    const sent: string[] = [];
    const out = new FanOut(clock);
    const audiences = publishMs.map((ms, i) => ({
      publish: () => {
        sent.push(`${'abcdef'[i]} at ${Number(clock.now().toFixed(1))}`);
        clock.pass(ms);
      },
    }));
    return { clock, sent, audiences, out, request: () => out.request(audiences) };
  }

  test('[A6] short rounds leave at once', () => {
    const { clock, sent, request } = fanOut(1);
    for (let i = 0; i < 3; i++) {
      request();
      clock.pass(1);
    }
    expect(sent).toEqual(['a at 0', 'a at 2', 'a at 4']);
  });

  test('[A6] after a long round the next waits a tenth longer than it took, at most 50 ms', () => {
    const long = fanOut(10);
    long.request();
    long.request();
    long.request();
    expect(long.sent).toEqual(['a at 0']);
    long.clock.pass(10.5);
    expect(long.sent).toEqual(['a at 0']);
    long.clock.pass(1);
    expect(long.sent).toEqual(['a at 0', 'a at 21']);
    const longest = fanOut(400);
    longest.request();
    longest.request();
    longest.clock.pass(50);
    expect(longest.sent).toEqual(['a at 0', 'a at 450']);
  });

  test('[A6] a crowd is served in turns, between which the relay reads and writes', () => {
    const { clock, sent, request } = fanOut(1, 1, 1, 1, 1);
    request();
    expect(sent).toEqual(['a at 0', 'b at 1']);
    clock.pass(0);
    expect(sent.slice(2)).toEqual(['c at 2', 'd at 3']);
    clock.pass(0);
    expect(sent.slice(4)).toEqual(['e at 4']);
  });

  test('[A6] what comes between turns leaves with those who wait for theirs, and with the others in the next round', () => {
    const { clock, sent, request } = fanOut(2, 2, 2);
    request();
    request();
    for (let turn = 0; turn < 2; turn++) clock.pass(0);
    expect(sent).toEqual(['a at 0', 'b at 2', 'c at 4']);
    clock.pass(7);
    expect(sent.slice(3)).toEqual(['a at 12.6']);
  });

  test('[A6] what comes after a short round under way goes out in the turn after it', () => {
    const { clock, sent, audiences, out, request } = fanOut(2, 2);
    request();
    out.request(audiences.slice(0, 1));
    clock.pass(0);
    clock.pass(0);
    expect(sent).toEqual(['a at 0', 'b at 2', 'a at 4']);
  });

  test('[A6] a relay that stops sends everyone what is left at once', () => {
    const { clock, sent, out, request } = fanOut(2, 2, 2);
    request();
    request();
    out.flush();
    expect(sent).toEqual(['a at 0', 'b at 2', 'c at 4', 'a at 6']);
    clock.pass(100);
    expect(sent).toHaveLength(4);
  });
});

describe('the pace of writes', () => {
  /** The times at which writes of this length start when another waits each time. */
  async function starts(writeMs: number, count: number, gapMs = 0): Promise<number[]> {
    const clock = new TestClock();
    const pace = new CommitPace(clock);
    const startedAt: number[] = [];
    for (let i = 0; i < count; i++) {
      pace.started();
      startedAt.push(clock.now());
      clock.pass(writeMs);
      let ended = false;
      void pace.ended().then(() => {
        ended = true;
      });
      await settled();
      for (; !ended; await settled()) clock.pass(0.25);
      clock.pass(gapMs);
    }
    return startedAt;
  }

  test('[A2] the first writes of a stretch follow each other at once, later ones wait so that more share them', async () => {
    const startedAt = await starts(1, 30);
    expect(startedAt.slice(0, 21)).toEqual(Array.from({ length: 21 }, (_, i) => i));
    expect(startedAt.slice(21, 25)).toEqual([24, 28, 32, 36]);
  });

  test('[A2] a pause is never longer than 3 ms, and on a fast disk shorter', async () => {
    const last = async (writeMs: number) => {
      const startedAt = await starts(writeMs, 30);
      return (startedAt[29] ?? 0) - (startedAt[28] ?? 0) - writeMs;
    };
    expect([await last(0.125), await last(20)]).toEqual([1, 3]);
  });

  test('[A2] a write that nothing came shortly before starts at once', async () => {
    const startedAt = await starts(1, 60, 5);
    expect(startedAt[59]).toBe(59 * 6);
  });
});

describe('the recent entries', () => {
  test('[A3] the window keeps its length, and forgets the oldest first', () => {
    const recent = new RecentEntries();
    for (let seq = 1; seq <= recentEntryCount + 2; seq++) recent.add(`digest ${seq}`, seq);
    recent.add('digest 3', 999);
    expect([1, 2, 3].map((seq) => recent.seqOf(`digest ${seq}`))).toEqual([undefined, undefined, 3]);
    expect(recent.seqOf(`digest ${recentEntryCount + 2}`)).toBe(recentEntryCount + 2);
  });
});

describe('the rate of one connection', () => {
  test('[G8] the burst passes, more does not, and time gives it back', () => {
    const rate = { messagesPerSecond: 10, messageBurst: 5, bytesPerSecond: 1000, byteBurst: 2000 };
    const limit = new RateLimit(rate, 0);
    expect(Array.from({ length: 6 }, () => limit.take(1, 0))).toEqual([true, true, true, true, true, false]);
    expect(limit.take(1, 1000)).toBe(true);
    expect(new RateLimit(rate, 0).take(2001, 0)).toBe(false);
  });

  test('[G8] the largest entry at once and 200 keystrokes a second for a minute pass by default', () => {
    const limit = new RateLimit(defaultRate, 0);
    const taken: boolean[] = [];
    for (let bytes = 0; bytes < limits.entryBytes; bytes += limits.chunkBytes)
      taken.push(limit.take(limits.payloadBytes, 0));
    for (let ms = 0; ms < 60_000; ms += 5) taken.push(limit.take(200, ms));
    expect(taken).not.toContain(false);
  });
});

describe('an upload', () => {
  function upload(total: number, store = new MemoryLogStore()) {
    const told: string[] = [];
    const events: UploadEvents = {
      received: (bytes) => told.push(`received ${bytes}`),
      complete: (spool) => told.push(`complete ${spool.bytes}`),
      failed: (error) => told.push(`failed ${error.code}`),
    };
    const windowBytes = limits.uploadWindowBytes;
    const started = new Upload({ store, turn: Promise.resolve(), ref: 1, total, windowBytes, events });
    return { told, started };
  }

  test('[U2] chunks beyond the window without an answer are not taken', async () => {
    const { told, started } = upload(10 * limits.chunkBytes);
    const add = (i: number) => started.add(i * limits.chunkBytes, randomEntry(limits.chunkBytes));
    expect([0, 1, 2, 3, 4].map(add)).toEqual(['taken', 'taken', 'taken', 'taken', 'over-window']);
    await settled();
    expect(told).toEqual([1, 2, 3, 4].map((i) => `received ${i * limits.chunkBytes}`));
    expect(add(4)).toBe('taken');
    expect(started.add(0, randomEntry(1))).toBe('out-of-order');
  });

  test('[U1] an upload that is discarded while a chunk is being written tells nothing, and its spool goes', async () => {
    const store = new MemoryLogStore();
    const { told, started } = upload(2 * limits.chunkBytes, store);
    const spool = await store.openSpool();
    store.openSpool = async () => spool;
    const write = spool.write.bind(spool);
    const late = upload(limits.chunkBytes, store);
    spool.write = async (chunk) => {
      await write(chunk);
      late.started.discard();
    };
    late.started.add(0, randomEntry(limits.chunkBytes));
    started.discard();
    await settled();
    expect([told, late.told, spool.bytes]).toEqual([[], [], 0]);
  });

  test('[U1] a discarded upload tells nothing more', async () => {
    const { told, started } = upload(2 * limits.chunkBytes);
    started.add(0, randomEntry(limits.chunkBytes));
    started.add(limits.chunkBytes, randomEntry(limits.chunkBytes));
    started.discard();
    await settled();
    expect(told).toEqual([]);
  });
});
