import { markdown } from '@codemirror/lang-markdown';
import { describe, expect, it } from 'vitest';
import { longParagraphs } from '../../renderer/editor/long-paragraphs.ts';

function parsed(text: string) {
  const tree = markdown({ extensions: longParagraphs }).language.parser.parse(text);
  const found = new Map<string, number>();
  let longest = 0;
  tree.iterate({
    enter: ({ name, from, to }) => {
      found.set(name, (found.get(name) ?? 0) + 1);
      if (name === 'Paragraph') longest = Math.max(longest, to - from);
    },
  });
  return { found, longest };
}

describe('a paragraph', () => {
  it('without an end is read in parts, with everything in it', () => {
    const { found, longest } = parsed('some **bold** words on a line\n'.repeat(5000));
    expect(longest).toBeLessThan(17_000);
    expect(found.get('StrongEmphasis')).toBe(5000);
  });

  it('that is one long line is not read at all; what follows is', () => {
    const { found } = parsed(`${'**word** '.repeat(200_000)}\n\n# heading **bold**\n\ntext *slanted*`);
    expect(found.get('StrongEmphasis')).toBe(1);
    expect(found.get('Emphasis')).toBe(1);
    expect(found.get('ATXHeading1')).toBe(1);
  });

  it('of usual length is read as always', () => {
    const text = 'one\ntwo **bold**\n\nHeading\n===\n\n- item\n- item\n\n> quote\n> goes on';
    const plain = new Map<string, number>();
    markdown()
      .language.parser.parse(text)
      .iterate({ enter: ({ name }) => void plain.set(name, (plain.get(name) ?? 0) + 1) });
    expect(parsed(text).found).toEqual(plain);
  });
});
