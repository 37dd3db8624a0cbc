import { describe, expect, it } from 'vitest';
import { KeepingPlan, keepEveryMs, quietMs } from '../../renderer/editor/keeping-plan.ts';
import { seededRandom } from '../fuzz/random.ts';
import { VirtualTime } from '../fuzz/virtual-time.ts';

/** A document that someone looks after as the program does, every second; tells when and why it was kept. */
function openedAt(time: VirtualTime, isEmpty = false) {
  const plan = new KeepingPlan(time.now());
  const startMs = time.now();
  const kept: string[] = [];
  const document = { plan, kept, isEmpty };
  const look = () => {
    const reason = plan.due(time.now());
    if (reason !== undefined && document.isEmpty) plan.isEmpty(time.now());
    else if (reason !== undefined) {
      kept.push(`${reason} ${Math.round((time.now() - startMs) / 1000)}`);
      plan.kept(time.now());
    }
    time.after(1000, look);
  };
  look();
  return document;
}

async function write(time: VirtualTime, plan: KeepingPlan, forMs: number): Promise<void> {
  for (const endMs = time.now() + forMs; time.now() < endMs; ) {
    plan.changed(time.now());
    await time.pass(500);
  }
}

describe('a document is kept for its history', () => {
  it('as it was opened, and again only after ten minutes in which it changed', async () => {
    const time = new VirtualTime(seededRandom(1));
    const { plan, kept } = openedAt(time);
    await time.pass(3 * keepEveryMs);
    expect(kept).toEqual(['opened 0']);
    await write(time, plan, 60_000);
    await time.pass(quietMs + 1000);
    expect(kept).toHaveLength(2);
    expect(plan.isLeftToKeep).toBe(false);
    await write(time, plan, 60_000);
    await time.pass(keepEveryMs / 2);
    expect(kept).toHaveLength(2);
    expect(plan.isLeftToKeep, 'when it is left before').toBe(true);
    await time.pass(keepEveryMs / 2);
    expect(kept).toHaveLength(3);
    await time.pass(3 * keepEveryMs);
    expect(kept).toHaveLength(3);
  });

  it('also a new one: the wish stays until there is a text, however long it is empty', async () => {
    const time = new VirtualTime(seededRandom(2));
    const document = openedAt(time, true);
    document.plan.changed(time.now());
    await time.pass(keepEveryMs / 2);
    document.isEmpty = false;
    await write(time, document.plan, 10_000);
    expect(document.kept).toEqual([]);
    await time.pass(quietMs + 1000);
    expect(document.kept).toHaveLength(1);
    expect(document.kept[0]).toMatch(/^meanwhile 3\d\d$/);
  });

  it('though it is never at rest', async () => {
    const time = new VirtualTime(seededRandom(3));
    const { plan, kept } = openedAt(time);
    await write(time, plan, 3 * keepEveryMs);
    expect(kept.filter((each) => each.startsWith('meanwhile'))).toHaveLength(2);
  });
});
