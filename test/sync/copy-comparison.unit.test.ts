import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { SignedCheck } from '../../sync/check-proof.ts';
import { CopyComparison } from '../../sync/copy-comparison.ts';
import type { CopyCheck } from '../../sync/divergence.ts';
import { seededRandom } from '../fuzz/random.ts';
import { VirtualTime } from '../fuzz/virtual-time.ts';

/** A comparison in which `signature` says whether an editor signed, and what it tells of its own copy. */
function newComparison() {
  const time = new VirtualTime(seededRandom(1));
  const doc = new Y.Doc();
  const told: (CopyCheck | undefined)[] = [];
  let looks = 0;
  const comparison = new CopyComparison(
    doc,
    doc.getText('content'),
    time,
    () => ({ cursor: { seq: 7, mark: new Uint8Array(16) }, holes: [] }),
    (check) => void told.push(check),
    ({ signature }) => {
      looks += 1;
      return signature === 'editor';
    },
    () => {},
  );
  comparison.schedule();
  const settle = () => time.pass(3000);
  /** What somebody says whose copy differs though its history is the same. */
  const other = (signature: string): SignedCheck => {
    const own = told.at(-1) ?? { seq: 7, mark: '0'.repeat(32), text: '' };
    return { ...own, fingerprint: 'another', editKey: '', signature };
  };
  return { time, comparison, settle, other, looks: () => looks };
}

describe('what others say of their copies', () => {
  it('[G3] [X7] is compared of an editor however much a viewer says, before this copy has settled and after', async () => {
    const { time, comparison, settle, other } = newComparison();
    comparison.theirs(other('editor'), 1);
    for (let said = 0; said < 100; said++) comparison.theirs(other(`forged ${said}`), 2);
    await settle();
    for (let said = 0; said < 10 && !comparison.diverged; said++) {
      comparison.theirs(other(`later ${said}`), 2);
      await time.pass(1000);
    }
    expect(comparison.diverged).toBe(true);
  });

  it('[G3] [X7] is looked at in turn: of many viewers who say more after each look as well', async () => {
    const { time, comparison, settle, other, looks } = newComparison();
    const viewers = Array.from({ length: 20 }, (_, i) => 100 + i);
    const forge = () => {
      for (const viewer of viewers) comparison.theirs(other(`forged ${looks()} by ${viewer}`), viewer);
    };
    await settle();
    forge();
    comparison.theirs(other('editor'), 1);
    for (let turn = 0; turn <= viewers.length; turn++) {
      forge();
      await time.pass(500);
    }
    expect(comparison.diverged).toBe(true);
  });

  it('[G8] is kept of the last few who left, and of who is here', async () => {
    const { comparison, settle, other, looks } = newComparison();
    for (let viewer = 100; viewer < 1000; viewer++) {
      comparison.theirs(other('forged'), viewer);
      comparison.left([viewer]);
    }
    comparison.theirs(other('editor'), 1);
    await settle();
    await settle();
    await settle();
    expect(comparison.diverged).toBe(true);
    expect(looks()).toBe(9);
  });
});
