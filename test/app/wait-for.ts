import { setTimeout as delay } from 'node:timers/promises';

/** The first looks follow each other at once, later ones after pauses that grow up to this. */
const longestPauseMs = 25;
const defaultDeadlineMs = 60_000;

/** Waits until `look` gives something that is neither undefined nor false, and gives that.
 *  After the deadline it throws with what was awaited and what was last seen. */
export async function waitFor<Fact>(
  what: string,
  look: () => Promise<Fact | undefined | false> | Fact | undefined | false,
  { deadlineMs = defaultDeadlineMs, seen }: { deadlineMs?: number; seen?: () => unknown } = {},
): Promise<Fact> {
  const deadline = Date.now() + deadlineMs;
  let last: unknown;
  let pauseMs = 1;
  for (;;) {
    try {
      const fact = await look();
      if (fact !== undefined && fact !== false) return fact;
      last = fact;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      const lastSeen = seen === undefined ? last : await seen();
      throw new Error(`waited ${deadlineMs} ms for ${what}; last seen: ${describe(lastSeen)}`);
    }
    await delay(pauseMs);
    pauseMs = Math.min(longestPauseMs, pauseMs * 2);
  }
}

function describe(seen: unknown): string {
  return seen instanceof Error ? seen.message : (JSON.stringify(seen) ?? String(seen));
}
