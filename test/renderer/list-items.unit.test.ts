import { EditorSelection, EditorState, type StateCommand } from '@codemirror/state';
import { describe, expect, test } from 'vitest';
import { moveItemsIn, moveItemsOut } from '../../renderer/editor/list-keys.ts';
import { toggleList } from '../../renderer/editor/markdown-blocks.ts';

/** A text with `|` at its caret, or `‹` and `›` around what is selected. */
function stateOf(marked: string): EditorState {
  const at = (mark: string) => marked.replaceAll(/[|‹›]/g, (one) => (one === mark ? one : '')).indexOf(mark);
  const doc = marked.replaceAll(/[|‹›]/g, '');
  const caret = at('|');
  return EditorState.create({
    doc,
    selection: caret >= 0 ? EditorSelection.single(caret) : EditorSelection.single(at('‹'), at('›')),
  });
}

/** What a command makes of a text; undefined where it leaves the key to others. */
function result(command: StateCommand, marked: string): string | undefined {
  let state = stateOf(marked);
  let steps = 0;
  const isDone = command({
    state,
    dispatch: (transaction) => {
      state = transaction.state;
      steps += 1;
    },
  });
  expect(steps).toBeLessThan(2);
  return isDone ? state.doc.toString() : undefined;
}

describe('Tab', () => {
  test.each<[string, string, string]>([
    ['begins a list with 1, and the rest counts on', '1. a\n2. b|\n3. c', '1. a\n   1. b\n2. c'],
    ['counts all of the rest on', '1. a\n2. b|\n3. c\n4. d', '1. a\n   1. b\n2. c\n3. d'],
    ['goes on from the item before it', '1. a\n   1. x\n2. b|', '1. a\n   1. x\n   2. b'],
    [
      'takes what is in the item',
      '- a\n- b|\n  - x\n\n    more\n- c',
      '- a\n  - b\n    - x\n\n      more\n- c',
    ],
    ['takes the rest of a paragraph', '- a\n- b|\ngoes on\n- c', '- a\n  - b\n  goes on\n- c'],
    ['moves several, side by side', '1. a\n‹2. b\n3. c›\n4. d', '1. a\n   1. b\n   2. c\n2. d'],
    ['moves what is selected within them once', '- a\n‹- b\n  - x\n- c›', '- a\n  - b\n    - x\n  - c'],
    ['passes over blank lines', '1. a\n\n‹2. b\n\n3. c›\n\n4. d', '1. a\n\n   1. b\n\n   2. c\n\n2. d'],
    ['passes over a blank line before', '- a\n‹\n- b›', '- a\n\n  - b'],
    ['takes the lines of what is selected', '- a\n‹- b\n  more›', '- a\n  - b\n    more'],
    ['leaves several beside each other', '- a\n‹10. b\n11. c›', '- a\n  1. b\n  2. c'],
    ['leaves the first of a list', '1. a|\n2. b', '1. a\n2. b'],
    ['leaves code that begins beside a mark', '- ```\n  5. x\n  ```\n- b|', '- ```\n  5. x\n  ```\n  - b'],
    [
      'finds the items after code that begins beside a mark',
      '- ```\n  x\n  ```\n  - c\n  - d|',
      '- ```\n  x\n  ```\n  - c\n    - d',
    ],
    ['code that is not closed ends with its item', '- ```\n  x\n- b|', '- ```\n  x\n  - b'],
    ['leaves the first one after a line across', '- a\n- - -\n- b|', '- a\n- - -\n- b'],
    ['leaves the first one after a heading', '- x\n  - a\n  # T\n  - b|', '- x\n  - a\n  # T\n  - b'],
    ['leaves the first one after a text', '- x\n  - a\n\n  T\n\n  - b|', '- x\n  - a\n\n  T\n\n  - b'],
    ['goes under the mark of an item of code', '-      x\n- b|', '-      x\n  - b'],
    ['takes a line across for none of its items', '1. a\n- - -\n7. b\n8. c|', '1. a\n- - -\n7. b\n   1. c'],
    ['leaves the first one in an item', '- a\n  - b|\n  - c', '- a\n  - b\n  - c'],
    ['numbers begin anew after bullets', '- a\n5. b|\n6. c', '- a\n  1. b\n5. c'],
    ['another sign behind the number is another list', '1. a\n   1) x\n2. b|', '1. a\n   1) x\n   1. b'],
    ['leaves other lists alone', '7. x\n\nText\n\n1. a\n2. b|\n3. c', '7. x\n\nText\n\n1. a\n   1. b\n2. c'],
    ['keeps the number that a list begins with', '5. a\n6. b|\n7. c', '5. a\n   1. b\n6. c'],
    [
      'what is in an item moves with the width of its number',
      '9. a\n10. b|\n11. c\n    - x',
      '9. a\n   1. b\n10. c\n    - x',
    ],
    [
      'a number that grows shorter takes what is under it along',
      '8. a\n9. b|\n10. c\n    - x\n\n      more',
      '8. a\n   1. b\n9. c\n   - x\n\n     more',
    ],
    [
      'what looks like an item in a block of code is none',
      '1. a\n   ```\n   7. x\n   ```\n2. b|',
      '1. a\n   ```\n   7. x\n   ```\n   1. b',
    ],
    ['counts tabs as the columns they take', '- a\n\t- x\n- b|', '- a\n\t- x\n  - b'],
  ])('%s', (_what, before, wanted) => {
    expect(result(moveItemsIn, before)).toBe(wanted);
  });

  test.each(['Text|', '- a\n‹- b\n\nText›', '|', '- a\n\n‹›'])('leaves the text at %j', (marked) => {
    expect(result(moveItemsIn, marked)).toBeUndefined();
    expect(result(moveItemsOut, marked)).toBeUndefined();
  });

  test('leaves a text that cannot be written', () => {
    const state = EditorState.create({
      doc: '- a\n- b',
      selection: { anchor: 5 },
      extensions: EditorState.readOnly.of(true),
    });
    expect(moveItemsIn({ state, dispatch: () => expect.unreachable() })).toBe(false);
  });
});

describe('Shift+Tab', () => {
  test.each<[string, string, string]>([
    ['goes on from the item it was in, and the rest counts on', '1. a\n   1. b|\n2. c', '1. a\n2. b\n3. c'],
    [
      'what follows it comes under it and begins anew',
      '1. a\n   1. b|\n   2. c\n2. d',
      '1. a\n2. b\n   1. c\n3. d',
    ],
    ['what was before it stays', '1. a\n   1. b\n   2. c|\n2. d', '1. a\n   1. b\n2. c\n3. d'],
    ['takes what is in the item', '- a\n  - b|\n    - x\n\n      more', '- a\n- b\n  - x\n\n    more'],
    ['passes over blank lines', '1. a\n\n‹   1. b\n\n   2. c›', '1. a\n\n2. b\n\n3. c'],
    ['goes one level only', '- a\n  - b\n    - c|', '- a\n  - b\n  - c'],
    ['moves what is selected within them once', '- a\n‹  - b\n    - x›', '- a\n- b\n  - x'],
    ['what follows it begins with 1', '1. a\n   3. b|\n   4. c', '1. a\n2. b\n   1. c'],
    ['brings an outermost one to the margin', '  7. a|', '7. a'],
    ['leaves one at the margin', '3. a|', '3. a'],
    ['a bullet among numbers does not stop them', '8. a\n   - x|\n9. b\n   - y', '8. a\n- x\n9. b\n   - y'],
    [
      'a number that grows longer takes what is under it along',
      '8. a\n   1. x|\n9. b\n   - y',
      '8. a\n9. x\n10. b\n    - y',
    ],
  ])('%s', (_what, before, wanted) => {
    expect(result(moveItemsOut, before)).toBe(wanted);
  });

  test('after Tab gives the text back', () => {
    const text = '1. a\n2. b|\n   - x\n3. c';
    const inside = result(moveItemsIn, text) ?? '';
    expect(inside).toBe('1. a\n   1. b\n      - x\n2. c');
    expect(result(moveItemsOut, inside.replace('b', 'b|'))).toBe(text.replace('|', ''));
  });
});

describe('a list of numbers', () => {
  test.each<[string, string, string]>([
    ['goes on from the items before it', '1. a\n\nb|\n3. c', '1. a\n\n2. b\n3. c'],
    ['counts what follows on', '1. a\nb|\n2. c', '1. a\n2. b\n3. c'],
    ['keeps the numbers that are there', '‹5. a\nb›', '5. a\n6. b'],
    ['counts no farther than Markdown does', '999999999. a\nb|', '999999999. a\n999999999. b'],
    ['begins with 1 elsewhere', '3. x\n\nText\n\n‹b\nc›', '3. x\n\nText\n\n‹1. b\n2. c›'],
    [
      'of bullets keeps what is in what',
      '‹- a\n  - x\n\n    more\n- b›',
      '1. a\n   1. x\n\n      1. more\n2. b',
    ],
    ['keeps the box’s place', '- [x] a|\n  more', '1. a\n   more'],
    ['taken away, the others count on', '1. a\n\n2. b|\n\n3. c', '1. a\n\nb\n\n2. c'],
  ])('%s', (_what, before, wanted) => {
    expect(result(toggleList('numbered'), before)).toBe(wanted.replaceAll(/[‹›]/g, ''));
  });

  test('made one of bullets or tasks leaves what is under it there', () => {
    expect(result(toggleList('bullet'), '1. a|\n   more\n1. b')).toBe('- a\n  more\n1. b');
    expect(result(toggleList('task'), '‹1. a\n2. b›')).toBe('- [ ] a\n- [ ] b');
    expect(result(toggleList('bullet'), '- [ ] a|')).toBe('- a');
  });

  test('of tasks taken away takes the boxes along', () => {
    expect(result(toggleList('task'), '‹- [ ] a\n- [x] b›')).toBe('a\nb');
  });
});
