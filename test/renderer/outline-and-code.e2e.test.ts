import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../app/wait-for.ts';
import { fillText, goToWords, wholeText } from './preview-page.ts';
import { faultsEverywhere } from './screen-faults.ts';
import { newDocument, openWebRoom, typeAtEnd, type WebRoom } from './web-people.ts';

let room: WebRoom;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  room = await openWebRoom();
  page = await room.person({ name: 'Anna' });
  page.on('pageerror', (error) => errors.push(String(error)));
  await newDocument(page);
});

afterAll(async () => {
  await room?.close();
});

const outline = () => page.getByRole('navigation', { name: 'Outline' });
const current = () => outline().locator('[aria-current]').allTextContents();
const untilCurrent = (heading: string) =>
  waitFor(`${heading} to be current`, async () => (await current()).join() === heading, { seen: current });

test('the outline lists headings, marks the one that the reader is at, and goes to the one that is chosen', async () => {
  await page.keyboard.press('Control+Shift+O');
  await outline().getByText('No headings yet').waitFor();
  expect(await faultsEverywhere(page)).toEqual([]);
  const filler = 'Words that go on.\n\n'.repeat(60);
  await fillText(
    page,
    `# One\n\n${filler}\`\`\`sh\n# not a heading\n\`\`\`\n\n## Two **bold** [link](x)\n\n${filler}Three\n=====\n\n${filler}`,
  );
  await outline().getByRole('button', { name: 'Three' }).waitFor();
  expect(await outline().locator('.outline-line').allTextContents()).toEqual([
    'One',
    'Two bold link',
    'Three',
  ]);
  await goToWords(page, 'One');
  await untilCurrent('One');

  await outline().getByRole('button', { name: 'Two bold link' }).click();
  await untilCurrent('Two bold link');
  await page.locator('.cm-line', { hasText: '## Two' }).waitFor();
  expect(await page.locator('.cm-content').evaluate((content) => content === document.activeElement)).toBe(
    true,
  );
  await page.locator('.cm-scroller').hover();
  await page.mouse.wheel(0, 100_000);
  await untilCurrent('Three');
  await page.mouse.wheel(0, -100_000);
  await untilCurrent('One');

  await outline().getByRole('button', { name: 'One' }).focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await untilCurrent('Three');
  await page.keyboard.type('Now ');
  await outline().getByRole('button', { name: 'Now Three' }).waitFor();
});

test('the headings of 1 MB are listed, and typing goes on', async () => {
  const part = `### Part\n\n${'The ferry was late again. '.repeat(18)}\n\n`;
  await fillText(page, `${part.repeat(Math.ceil(1_000_000 / part.length))}# The last\n`);
  const lines = () =>
    outline()
      .locator('.outline-line')
      .evaluateAll((all) => [all.length, all[0]?.textContent, all.at(-1)?.textContent]);
  await waitFor('the last heading', async () => (await lines())[2] === 'The last', { seen: lines });
  expect((await lines())[0]).toBeGreaterThan(2000);
  await goToWords(page, 'Part');
  await page.keyboard.type('First ');
  await waitFor('what was typed', async () => (await lines())[1] === 'First Part', { seen: lines });
});

test('a fence in Markdown is coloured in its language, and one in an unknown language is plain', async () => {
  await fillText(
    page,
    'Prose for all.\n\n```python\nfor x in range(3): pass\n```\n\n```nothing-known\nfor\n```\n',
  );
  const keywords = page.locator('.cm-line .code-keyword');
  await expect.poll(() => keywords.allTextContents()).toEqual(['for', 'in', 'pass']);
});

test('blocks of code in Markdown have letters of one width on a quiet ground, in lines as high as all others', async () => {
  const text =
    'Words\n\n```python\nfor iii in mmm: pass\n```\n\n- one\n\n  ```\n  iii\n  mmm\n  ```\n\nMore\n\n    indented\n\n```unknown\nopen';
  await fillText(page, text);
  const seen = () =>
    page.locator('.cm-line').evaluateAll((lines) => {
      const ground = getComputedStyle(document.body).backgroundColor;
      return lines.map((line) => {
        const { backgroundColor } = getComputedStyle(line);
        const hasGround = backgroundColor !== 'rgba(0, 0, 0, 0)' && backgroundColor !== ground;
        const fonts = [line, ...line.querySelectorAll('span')].map(
          (part) => getComputedStyle(part).fontFamily,
        );
        const isCode = fonts.every((font) => font.includes('monospace'));
        const { height } = line.getBoundingClientRect();
        return { text: line.textContent, hasGround, isCode, height: Math.round(height * 10) };
      });
    });
  const code = ['```python', 'for iii in mmm: pass', '```', '  ```', '  iii', '  mmm', '  ```'];
  const blocks = [...code, '    indented', '```unknown', 'open'];
  await waitFor(
    'the blocks',
    async () => (await seen()).filter(({ hasGround }) => hasGround).length === blocks.length,
    { seen },
  );
  const lines = await seen();
  expect(lines.filter(({ hasGround }) => hasGround).map((line) => line.text)).toEqual(blocks);
  expect(lines.filter(({ isCode }) => isCode).map((line) => line.text)).toEqual(blocks);
  expect(new Set(lines.map(({ height }) => height)).size, 'heights of lines').toBe(1);
});

test('a title that names a file makes the text code, and another one makes it prose again', async () => {
  const content = page.locator('.cm-content');
  const title = page.getByLabel('Title');
  await fillText(page, '# const a = 1;\n');
  await title.fill('notes.py');
  await page.locator('.cm-line .code-comment').waitFor();
  await title.fill('server.ts');
  await page.getByText('TypeScript', { exact: true }).waitFor();
  await page.locator('.cm-content[spellcheck="false"]').waitFor();
  const font = () => content.evaluate((element) => getComputedStyle(element).fontFamily);
  await expect.poll(font).toContain('monospace');
  await outline().waitFor({ state: 'detached' });
  await fillText(page, 'const a = 1;');
  await page.locator('.cm-line .code-keyword', { hasText: 'const' }).waitFor();
  await typeAtEnd(page, '\nrun(');
  expect(await wholeText(page)).toBe('const a = 1;\nrun()');
  await page.getByText('Ln 2, Col 5', { exact: true }).waitFor();
  expect(await page.getByText(/^\d+ words? · /).count()).toBe(0);
  await page.keyboard.press('Control+b');
  expect(await wholeText(page)).toBe('const a = 1;\nrun()');
  expect(await faultsEverywhere(page)).toEqual([]);

  await title.fill('Notes about server');
  await page.getByText(/^\d+ words? · /).waitFor();
  await outline().waitFor();
  await page.locator('.cm-content[spellcheck="true"]').waitFor();
  expect(await page.getByText(/^Ln /).count()).toBe(0);
  await typeAtEnd(page, '(');
  expect(await wholeText(page)).toBe('const a = 1;\nrun()(');
  expect(errors).toEqual([]);
});

test('in a narrow window the outline lies over the text until a heading is chosen', async () => {
  await fillText(page, '# One\n\ntext\n\n## Two\n');
  await page.setViewportSize({ width: 600, height: 600 });
  await outline().waitFor({ state: 'detached' });
  await page.locator('.cm-content').waitFor();
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Outline' }).click();
  await outline().waitFor();
  await page.locator('.cm-content').waitFor({ state: 'hidden' });
  await outline().getByRole('button', { name: 'Two' }).click();
  await outline().waitFor({ state: 'detached' });
  await page.locator('.cm-line', { hasText: '## Two' }).waitFor();
  await page.setViewportSize({ width: 1280, height: 800 });
  await outline().waitFor();
});
