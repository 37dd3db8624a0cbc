import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { Journal, JournalChange } from '../../sync/journal.ts';
import { levelDbJournal } from '../../sync/journal-leveldb.ts';
import { memoryJournal, newMemoryDisk } from '../../sync/journal-memory.ts';
import { JournalWriter, mergeChanges } from '../../sync/journal-writer.ts';
import { journalContract } from './journal-contract.ts';

describe('journal in memory', () => {
  for (const { title, run } of journalContract) {
    it(title, () => {
      const disk = newMemoryDisk();
      const open = () => Promise.resolve(memoryJournal(disk));
      return run(open, {
        full: async (during) => {
          disk.isFull = true;
          await during();
          disk.isFull = false;
        },
        afterKill: open,
      });
    });
  }
});

describe('journal in LevelDB', () => {
  const folder = mkdtemp(join(tmpdir(), 'inkroom-journal-'));
  afterAll(async () => rm(await folder, { recursive: true }));
  afterEach(() => vi.restoreAllMocks());
  // LevelDB lets one opening at a time have a folder; the second is refused, which is the next test.
  for (const [index, { title, run }] of journalContract.entries()) {
    if (title.includes('two openings')) continue;
    it(title, async () => {
      const place = join(await folder, String(index));
      await run(() => levelDbJournal(place), { full: whileFull, afterKill: () => openAfterKill(place) });
    });
  }

  it('[G2] a second opening of the folder is refused instead of mixing two', async () => {
    const first = await levelDbJournal(join(await folder, 'second'));
    await expect(levelDbJournal(join(await folder, 'second'))).rejects.toThrow();
    await first.close();
  });
});

/**
 * Database writes fail meanwhile. What LevelDB does afterwards was measured on a real disk: an opening that met the full one
 * goes on to acknowledge synced writes, and none of them is there at the next start.
 */
async function whileFull(during: () => Promise<void>): Promise<void> {
  const write = ClassicLevel.prototype.batch;
  const hasMetIt = new WeakSet<object>();
  let isFull = true;
  const troubled = function (this: ClassicLevel, ...args: unknown[]): Promise<void> {
    if (isFull) {
      hasMetIt.add(this);
      return Promise.reject(new Error('No space left on device'));
    }
    return hasMetIt.has(this) ? Promise.resolve() : Reflect.apply(write, this, args);
  };
  vi.spyOn(ClassicLevel.prototype, 'batch').mockImplementation(troubled as typeof write);
  await during();
  isFull = false;
}

/** A kill leaves what the files hold, and no lock. */
async function openAfterKill(place: string): Promise<Journal> {
  await cp(place, `${place}-killed`, { recursive: true, filter: (file) => basename(file) !== 'LOCK' });
  return await levelDbJournal(`${place}-killed`);
}

describe('writing a journal', () => {
  /** A journal that fails its first `failures` steps and counts all. */
  function failing(failures: number): { journal: Journal; steps: JournalChange[]; attempts: () => number } {
    const steps: JournalChange[] = [];
    let attempts = 0;
    const journal: Journal = {
      onLost: () => {},
      load: () => Promise.reject(new Error('not asked')),
      commit: (change) => {
        attempts += 1;
        if (attempts <= failures) return Promise.reject(new Error('disk full'));
        steps.push(change);
        return Promise.resolve((change.addUpdates ?? []).map((_, i) => i));
      },
      close: () => Promise.resolve(),
    };
    return { journal, steps, attempts: () => attempts };
  }

  it('[G2] a failed step is told, kept and tried again until it is durable', async () => {
    const { journal, steps, attempts } = failing(3);
    const troubles: (string | undefined)[] = [];
    const writer = new JournalWriter(
      journal,
      (trouble) => troubles.push(trouble),
      () => Promise.resolve(),
      () => ({}),
    );
    await writer.write({ addUpdates: [Uint8Array.of(1)] });
    expect(attempts()).toBe(4);
    expect(troubles).toEqual(['disk full', 'disk full', 'disk full', undefined]);
    expect(steps.flatMap((step) => step.addUpdates)).toEqual([Uint8Array.of(1)]);
  });

  it('steps of one turn of the event loop share one commit', async () => {
    const { journal, steps } = failing(0);
    const writer = new JournalWriter(
      journal,
      () => {},
      () => Promise.resolve(),
      () => ({}),
    );
    await Promise.all([1, 2, 3].map((value) => writer.write({ addUpdates: [Uint8Array.of(value)] })));
    expect(steps).toHaveLength(1);
    expect(steps[0]?.addUpdates).toHaveLength(3);
  });

  it('a row that is put and removed in shared steps is gone', () => {
    const row = { id: 'a', edits: 1, form: 'update', bytes: Uint8Array.of(1) } as const;
    const merged = mergeChanges([
      { putOutbox: [row] },
      { removeOutbox: ['a'], putOutbox: [{ ...row, id: 'b' }] },
    ]);
    expect(merged.putOutbox?.map(({ id }) => id)).toEqual(['b']);
    expect(merged.removeOutbox).toEqual(['a']);
  });
});

describe('steps that share a commit', () => {
  const hole = (seq: number) => ({ seq, before: undefined, givenUpBy: '' });

  it('[L1] holes of another history do not come back with the step that forgets them', () => {
    const merged = mergeChanges([
      { addHoles: [hole(1), hole(2)] },
      { clearHoles: true, addHoles: [hole(3)] },
      { addHoles: [hole(4)] },
    ]);
    expect(merged).toMatchObject({ clearHoles: true, addHoles: [hole(3), hole(4)] });
    const two = mergeChanges([{ addHoles: [hole(1)] }, { addHoles: [hole(2)] }]);
    expect(two).not.toHaveProperty('clearHoles');
    expect(two.addHoles).toEqual([hole(1), hole(2)]);
  });

  it('[G2] a hole that comes and goes in them is as its last step says', () => {
    const merged = mergeChanges([
      { addHoles: [hole(1), hole(2)], removeHoles: [3] },
      { removeHoles: [1] },
      { addHoles: [{ ...hole(2), givenUpBy: '1.0.0' }, hole(3)] },
    ]);
    expect(merged.addHoles).toEqual([hole(3), { ...hole(2), givenUpBy: '1.0.0' }]);
    expect(merged.removeHoles).toEqual([1]);
  });
});
