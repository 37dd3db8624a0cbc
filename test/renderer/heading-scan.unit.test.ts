import { Text } from '@codemirror/state';
import { expect, test } from 'vitest';
import { scanHeadings } from '../../renderer/outline/heading-scan.ts';

function headings(text: string): readonly string[] {
  const scan = scanHeadings(Text.of(text.split('\n')));
  let step = scan.next();
  while (step.done !== true) step = scan.next();
  for (const { from } of step.value) expect(from === 0 || text[from - 1] === '\n').toBe(true);
  return step.value.map(({ level, text }) => `${level} ${text}`);
}

test.each<[string, string, readonly string[]]>([
  [
    'of both kinds',
    '# One\ntext\n\nTwo\n===\n\nThree\n---\n### Four ###',
    ['1 One', '1 Two', '2 Three', '3 Four'],
  ],
  ['without marks', '# A *b* **c** `d` [e](f) ![g](h) \\# <i>j</i> __k__', ['1 A b c d e g # j k']],
  ['of more than one line', 'One\ngoes on\n---', ['2 One goes on']],
  ['without words', '#\n## ', ['1 ', '2 ']],
  ['up to three spaces in', '   # One\n    # code\n\t# code', ['1 One']],
  ['that are none', '#one\n####### seven\n\\# escaped', []],
  ['not in fences', '```\n# a\n~~~\n```\n# B\n~~~~ md\n# c\n~~~\n# d\n~~~~\n# E', ['1 B', '1 E']],
  ['not in a fence that is never closed', '# A\n```\n# b', ['1 A']],
  ['after a fence in a list', '- x\n  ```\n  # a\n  ```\n\n# B', ['1 B']],
  ['after an open fence whose list has ended', '- x\n  ```\n  # a\n\n# B', ['1 B']],
  ['not in comments and raw text', '<!-- \n# a\n-->\n# B\n<pre>\n# c\n</pre>\n# D', ['1 B', '1 D']],
  ['a line, not an underline', '- item\n---\n\n> quote\n---\n\n| a |\n---\n\n---\n', []],
])('headings: %s', (_, text, expected) => {
  expect(headings(text)).toEqual(expected);
});
