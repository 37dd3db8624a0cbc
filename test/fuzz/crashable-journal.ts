import type { Clock } from '../../sync/clock.ts';
import type { Journal } from '../../sync/journal.ts';
import { type MemoryDisk, memoryJournal } from '../../sync/journal-memory.ts';

/** How long a step takes to be durable; an edit is in the journal within 50 ms (G2). */
export const journalMs = 20;

/** A journal whose steps take a while, and which loses those under way when its program crashes. */
export function crashableJournal(disk: MemoryDisk, clock: Clock): { journal: Journal; crash: () => void } {
  const kept = memoryJournal(disk);
  let crashed = false;
  const journal: Journal = {
    onLost: () => {},
    load: () => kept.load(),
    commit: (change) =>
      new Promise((resolve) => {
        clock.after(journalMs, () => {
          if (crashed) return;
          void kept.commit(change).then(resolve);
        });
      }),
    close: () => kept.close(),
  };
  return {
    journal,
    crash: () => {
      crashed = true;
    },
  };
}
