import { ChangeSet, Text } from '@codemirror/state';
import { describe, expect, it } from 'vitest';
import { restoringChanges } from '../../renderer/editor/version-restore.ts';
import { seededRandom } from '../fuzz/random.ts';

const textOf = (text: string) => Text.of(text.split('\n'));

describe('[G2] restoring', () => {
  it('leaves in place whatever was written since the comparison', () => {
    const base = 'one two three four';
    const since = ChangeSet.of({ from: 9, insert: 'NEW ' }, base.length).compose(
      ChangeSet.of({ from: 0, insert: 'start ' }, base.length + 4),
    );
    const now = since.apply(textOf(base));
    const changes = restoringChanges({ base: textOf(base), since: () => since }, 'one four');
    const text = changes.apply(now).toString();
    expect(text).toMatch(/^start one .*NEW .*four$/);
    expect(text).not.toContain('two');
  });

  it('gives the older text where nothing was written since, and keeps every new token where much was', () => {
    const random = seededRandom(9);
    for (let round = 0; round < 200; round++) {
      const text = () => Array.from({ length: random.below(80) }, () => random.pick([...'ab \n'])).join('');
      const [base, older] = [text(), text()];
      let now = textOf(base);
      let since = ChangeSet.empty(base.length);
      const follow = { base: textOf(base), since: () => since };
      expect(restoringChanges(follow, older).apply(now).toString()).toBe(older);
      const tokens = Array.from({ length: 5 }, (_, i) => `<${i}>`);
      for (const insert of tokens) {
        const change = ChangeSet.of({ from: random.below(base.length + 1), insert }, now.length);
        now = change.apply(now);
        since = since.compose(change);
      }
      const restored = restoringChanges(follow, older).apply(now).toString();
      expect(restored.replace(/<|\d|>/g, '')).toBe(older);
      expect(restored.match(/[<\d>]/g)).toHaveLength(15);
    }
  });
});
