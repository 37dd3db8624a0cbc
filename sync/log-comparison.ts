import type * as Y from 'yjs';
import type { Clock } from './clock.ts';
import type { Inbound } from './inbound.ts';
import type { Outbox } from './outbox.ts';

/** Before a copy pushes what the relay lacks it waits up to this many ms, as others may push the same. */
const waitMs = 500;

/** A copy after a full load, and how long the comparison still makes sense. */
export interface LogComparison {
  readonly doc: Y.Doc;
  readonly inbound: Inbound;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly isStill: () => boolean;
  readonly done: () => void;
}

/**
 * Puts what the relay's log lacks of a copy into its outbox, after a random wait and a second look. Edits on their way go
 * first: they are missing from no log.
 */
export function compareWithLog(comparison: LogComparison, again = false): void {
  const { doc, inbound, outbox, clock, isStill, done } = comparison;
  const { lineage } = inbound;
  if (lineage === undefined || !isStill()) return;
  const later = (delayMs: number, second: boolean) => {
    clock.after(delayMs, () => compareWithLog(comparison, second));
  };
  const missing = outbox.unsaved > 0 ? undefined : lineage.missingFrom(doc);
  if (outbox.unsaved > 0) later(waitMs / 10, again);
  else if (missing !== undefined && !again) later(waitMs * clock.random(), true);
  else {
    if (missing !== undefined) outbox.add(missing);
    inbound.endLineage();
    // After the outbox has written what was missing, at the end of this turn: the cursor says that nothing is.
    queueMicrotask(() => inbound.settle());
    done();
  }
}
