import { expect, test } from 'vitest';
import { patchesBetween } from '../../renderer/preview/block-patch.ts';
import { MarkdownBlocks } from '../../renderer/preview/markdown-blocks.ts';
import type { PreviewBlock, PreviewPatch } from '../../renderer/preview/messages.ts';

const mark = 'm';
const reader = () => new MarkdownBlocks(mark, () => undefined);
const bare = (html: string) => html.replace(/ data-m-line="\d+"/g, '').trim();

test('blocks say which line they begin at, and tasks which they are', () => {
  const blocks = reader().read('# A\n\n- [ ] b\n- [x] c\n\n1. [ ] d\n\n[ ] e\n\nwww notes.py https://x.org');
  expect(blocks.map(({ line }) => line)).toEqual([0, 2, 5, 7, 9]);
  expect(blocks[1]?.html).toContain('data-m-box="open">b');
  expect(blocks[1]?.html).toContain('data-m-box="done">c');
  expect(blocks[2]?.html).toContain('data-m-box="open">d');
  expect(bare(blocks[3]?.html ?? '')).toBe('<p>[ ] e</p>');
  expect(bare(blocks[4]?.html ?? '')).toBe('<p>www notes.py <a href="https://x.org">https://x.org</a></p>');
});

test.each([
  [
    'see www.example.org/a_b?c=d. End',
    'see <a href="http://www.example.org/a_b?c=d">www.example.org/a_b?c=d</a>. End',
  ],
  ['(WWW.Example.org)', '(<a href="http://WWW.Example.org">WWW.Example.org</a>)'],
  ['awww.example.org, www. and notes.py', 'awww.example.org, www. and notes.py'],
])('bare addresses are links as GFM has them: %s', (text, html) => {
  expect(bare(reader().read(text)[0]?.html ?? '')).toBe(`<p>${html}</p>`);
});

test('raw HTML holds the blocks between its tags together', () => {
  const blocks = reader().read('<details>\n\nin\n\n</details>\n\nout');
  expect(blocks.map(({ html }) => bare(html))).toEqual(['<details>\n<p>in</p>\n</details>', '<p>out</p>']);
});

test('a definition far away changes the link, and no other block', () => {
  const blocks = reader();
  expect(blocks.read('[a]\n\nb').map(({ html }) => bare(html))).toEqual(['<p>[a]</p>', '<p>b</p>']);
  const after = blocks.read('[a]\n\nb\n\n[a]: https://x.org');
  expect(after.map(({ html }) => bare(html))).toEqual(['<p><a href="https://x.org">a</a></p>', '<p>b</p>']);
});

test('no element grows beyond bounds: long lists, tables, code and paragraphs are cut', () => {
  const list = Array.from({ length: 500 }, (_, n) => `${n + 1}. item`).join('\n');
  const table = `|a|\n|-|\n${'|b|\n'.repeat(500)}`;
  const code = `\`\`\`\n${'c\n'.repeat(500)}\`\`\``;
  const blocks = reader().read(`${list}\n\n${table}\n${code}\n\n${'word '.repeat(50_000)}\n`);
  expect(Math.max(...blocks.map(({ html }) => html.length))).toBeLessThan(16 * 1024);
  const items = blocks.filter(({ html }) => html.includes('item'));
  expect(items).toHaveLength(500);
  expect([items[7]?.line, bare(items[7]?.html ?? '')]).toEqual([7, '<ol start="8">\n<li>item</li>\n</ol>']);
  const all = blocks.map(({ html }) => html).join('');
  expect(all.match(/<td/g)).toHaveLength(500);
  expect(all.match(/(?:^|>)c(?=$|<)/gm)?.length).toBe(500);
  expect(all.match(/word/g)).toHaveLength(50_000);
  const lines = blocks.map(({ line }) => line);
  expect(lines).toEqual([...lines].sort((a, b) => a - b));
});

/** What the frame makes of patches. */
function applied(blocks: readonly PreviewBlock[], patches: readonly PreviewPatch[]): readonly PreviewBlock[] {
  let list = [...blocks];
  for (const { from, remove, insert, shift } of patches) {
    const after = list.slice(from + remove).map((block) => ({ ...block, line: block.line + shift }));
    list = [...list.slice(0, from), ...insert, ...after];
  }
  return list;
}

test('patches lead from one reading to the next and carry only what is new', () => {
  const blocks = reader();
  const texts = [
    '# A\n\nb\n\nc',
    '# A\n\nb\n\n\nc',
    '# A\n\nx\ny\n\nc',
    'c',
    '',
    `${'p\n\n'.repeat(900)}c`,
    'p\n\nc',
  ];
  let text = '';
  let shown: readonly PreviewBlock[] = [];
  for (const next of texts) {
    const read = blocks.read(next);
    const moved = next.split('\n').length - text.split('\n').length;
    const patches = patchesBetween(shown, read, moved, 1);
    expect(applied(shown, patches)).toEqual(read);
    expect(Math.max(...patches.map(({ insert }) => insert.length))).toBeLessThanOrEqual(200);
    shown = read;
    text = next;
  }
  const one = patchesBetween(blocks.read('a\n\nb\n\nc'), blocks.read('a\n\nB\n\nc'), 0, 2);
  expect(one).toMatchObject([{ from: 1, remove: 1, insert: [{ line: 2 }], shift: 0, more: false }]);
});
