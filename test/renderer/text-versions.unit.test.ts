import { ChangeSet, Text } from '@codemirror/state';
import { expect, test } from 'vitest';
import { TextVersions } from '../../renderer/preview/text-versions.ts';

/** A text that is changed, with its versions. */
function writing(start: string) {
  let text = Text.of(start.split('\n'));
  const versions = new TextVersions(text);
  const change = (from: number, to: number, insert: string) => {
    const changes = ChangeSet.of({ from, to, insert }, text.length);
    text = changes.apply(text);
    return versions.add(text, changes);
  };
  return { versions, change };
}

test('a place of an older version is found where it is now, or is said to be gone', () => {
  const { versions, change } = writing('- [ ] a');
  change(0, 0, 'above\n');
  const second = change(0, 0, 'more\n');
  expect(versions.placeNow(0, 2, 5)).toBe(13);
  expect(versions.text(second)?.toString()).toBe('more\nabove\n- [ ] a');
  expect(versions.placeNow(second, 13, 16)).toBe(13);
  change(14, 15, '');
  expect(versions.placeNow(0, 2, 5)).toBeUndefined();
});

test('what is typed at either side of a place does not belong to it', () => {
  const { versions, change } = writing('[ ]');
  change(0, 0, '- ');
  change(5, 5, ' a');
  expect(versions.placeNow(0, 0, 3)).toBe(2);
});

test('versions before the one that is shown are forgotten', () => {
  const { versions, change } = writing('a');
  const first = change(0, 0, 'b');
  const second = change(0, 0, 'c');
  versions.forgetBefore(second);
  expect([versions.text(0), versions.text(first)]).toEqual([undefined, undefined]);
  expect(versions.text(second)?.toString()).toBe('cba');
});
