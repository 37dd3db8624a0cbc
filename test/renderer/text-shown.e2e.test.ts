import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentCommands, keysInWords } from '../../main/document-commands.ts';
import { waitFor } from '../app/wait-for.ts';
import { setText, textOf, withEditor } from './editor-hands.ts';
import { faultsEverywhere } from './screen-faults.ts';
import { openTwoEditors } from './two-editors.ts';
import type { WebRoom } from './web-people.ts';

let room: WebRoom;
let anna: Page;
let boris: Page;

beforeAll(async () => {
  ({ room, anna, boris } = await openTwoEditors());
});
afterAll(async () => {
  await room?.close();
});

/** Presses a switch of the menu. */
async function choose(label: string): Promise<void> {
  await anna.getByRole('button', { name: 'More', exact: true }).click();
  await anna.getByRole('menuitemcheckbox', { name: label }).click();
}

/** Waits until exactly the lines that begin with these have a mark to fold. */
async function untilMarks(wanted: readonly string[]): Promise<void> {
  const marked = () =>
    anna.evaluate(() => {
      const middles = [...document.querySelectorAll('.fold-mark')].map((mark) => {
        const { top, bottom } = mark.getBoundingClientRect();
        return (top + bottom) / 2;
      });
      const isMarked = (line: Element) => {
        const { top, bottom } = line.getBoundingClientRect();
        return middles.some((middle) => top < middle && middle < bottom);
      };
      return [...document.querySelectorAll('.cm-line')].filter(isMarked).map((line) => line.textContent);
    });
  await waitFor('marks', async () => (await marked()).join('\n') === wanted.join('\n'), { seen: marked });
}

describe('how text is shown', () => {
  it('is chosen in the menu, kept, and applied to every open window at once', async () => {
    const other = await anna.context().newPage();
    await other.goto(anna.url());
    await withEditor(other);
    // A page in the background draws once a second.
    await anna.bringToFront();
    const size = (page: Page) =>
      page
        .locator('.cm-line')
        .first()
        .evaluate((line) => getComputedStyle(line).fontSize);
    for (const page of [anna, other]) expect(await page.locator('.cm-lineNumbers').count()).toBe(0);
    await choose('Line numbers');
    await choose('Wrap lines');
    await choose('Check spelling');
    for (const page of [anna, other]) {
      await page.locator('.cm-lineNumbers').waitFor();
      await page.locator('.unwrapped').waitFor();
      await page.locator('.cm-content[spellcheck="false"]').waitFor();
    }
    await anna.getByRole('button', { name: 'More', exact: true }).click();
    const gaps = await anna.locator('.menu-item:has(.menu-keys)').evaluateAll((items) =>
      items.map((item) => {
        const [words, keys] = ['.menu-check + span', '.menu-keys'].map((selector) => {
          const range = document.createRange();
          range.selectNodeContents(item.querySelector(selector) ?? item);
          return range.getBoundingClientRect();
        });
        return (keys?.left ?? 0) - (words?.right ?? 0);
      }),
    );
    expect(Math.min(...gaps), 'between words and keys of the menu').toBeGreaterThanOrEqual(8);
    for (let px = 17; px < 32; px++) await anna.getByRole('menuitem', { name: 'Larger text' }).click();
    expect(await faultsEverywhere(anna)).toEqual([]);
    await anna.keyboard.press('Escape');
    for (const page of [anna, other])
      await waitFor('the largest text', async () => (await size(page)) === '32px');
    await anna.locator('.cm-content').focus();
    await anna.keyboard.press('Control+Alt+-');
    await waitFor('smaller text', async () => (await size(other)) === '31px');
    await other.close();
    await anna.reload();
    await withEditor(anna);
    await anna.locator('.unwrapped .cm-lineNumbers').waitFor();
    await choose('Wrap lines');
    await waitFor('the size that was kept', async () => (await size(anna)) === '31px');
  });

  it('sections fold by the mark beside them and by keys; others go on writing in them', async () => {
    await setText(anna, '# One\n\nfirst\n\n## Two\n\nsecond\n\n# Three\n\n```js\ncode\n```\n\n|end');
    await anna.locator('.fold-mark').first().click();
    await anna.getByRole('button', { name: 'Unfold' }).waitFor();
    expect(await anna.locator('.cm-content').innerText()).not.toContain('second');
    await boris.evaluate(() => {
      const at = window.editor.state.doc.toString().indexOf('second');
      window.editor.dispatch({ changes: { from: at, insert: 'very ' } });
    });
    await waitFor('what Boris wrote', async () => (await textOf(anna)).includes('very second'));
    await anna.getByRole('button', { name: 'Unfold' }).waitFor();
    await anna.getByRole('button', { name: 'Unfold' }).click();
    await anna.getByText('very second').waitFor();
    await anna.locator('.cm-content').focus();
    await anna.keyboard.press('Control+Alt+[');
    await waitFor(
      'three folds',
      async () => (await anna.getByRole('button', { name: 'Unfold' }).count()) === 2,
    );
    await anna.keyboard.press('Control+Alt+]');
    await anna.getByText('very second').waitFor();
    await anna.keyboard.press('Control+Home');
    await anna.keyboard.press('Control+Shift+BracketLeft');
    await anna.getByRole('button', { name: 'Unfold' }).waitFor();
    await anna.keyboard.press('Control+Shift+BracketRight');
    await anna.getByText('very second').waitFor();
  });

  it('a mark to fold stands only where something folds: not at comments of code, but at functions and at every heading', async () => {
    await setText(
      anna,
      '|# One\n\n```sh\n# comment\nls\n```\n\nTwo\n---\n\n- a\n\n  ~~~\n  b\n  ~~~\n\n# Three\n# Four',
    );
    await untilMarks(['# One', '```sh', 'Two', '  ~~~']);
    await anna.locator('.fold-mark').nth(2).click();
    await anna.getByRole('button', { name: 'Unfold' }).waitFor();
    expect(await anna.locator('.cm-content').innerText()).not.toContain('~~~');
    await anna.getByRole('button', { name: 'Unfold' }).click();

    await anna.getByLabel('Title').fill('notes.py');
    await setText(anna, '|# comment\n\ndef f():\n    # more\n    return 1\n\n# end');
    await untilMarks(['def f():']);
    await anna.getByLabel('Title').fill('server.ts');
    await setText(anna, '|# no\nfunction f() {\n  return [\n    1,\n  ];\n}\n');
    await untilMarks(['function f() {', '  return [']);
    const heights = await anna.evaluate(() => {
      const height = (selector: string) => document.querySelector(selector)?.getBoundingClientRect().height;
      return { mark: height('.fold-mark'), line: height('.cm-line') };
    });
    expect(heights.mark, 'a mark beside the middle of its line').toBeCloseTo(heights.line ?? 0, 0);
    await anna.locator('.fold-mark').first().click();
    await anna.getByRole('button', { name: 'Unfold' }).waitFor();
    expect(await anna.locator('.cm-content').innerText()).not.toContain('return');
    await anna.getByLabel('Title').fill('');
    await anna.getByText(/words · /).waitFor();
  });

  it('words and characters of the text and of the selection are counted', async () => {
    await setText(anna, 'one two 😀\nthree|');
    await anna.getByText('3 words · 14 characters').waitFor();
    await anna.keyboard.press('Control+Shift+Home');
    await anna.getByText('3 of 3 words · 14 of 14 characters').waitFor();
    await setText(anna, '‹one› two ‹three›');
    await anna.getByText('2 of 3 words · 8 of 13 characters').waitFor();
  });

  it('fits on every screen with numbers, large text, a fold and a selection', async () => {
    await setText(anna, `# ‹A› heading\n\n${'a long line of words '.repeat(20)}\n\n# End\n\nend`);
    await anna.locator('.fold-mark').last().click();
    await anna.getByRole('button', { name: 'Unfold' }).waitFor();
    await anna.getByText(/^1 of \d+ words/).waitFor();
    expect(await faultsEverywhere(anna)).toEqual([]);
    for (let px = 31; px > 17; px--) await anna.keyboard.press('Control+Alt+-');
    for (const label of ['Line numbers', 'Check spelling']) await choose(label);
    await anna.locator('.cm-lineNumbers').waitFor({ state: 'detached' });
  });

  it('the list of shortcuts shows the keys that are in force', async () => {
    await anna.locator('.cm-content').focus();
    await anna.keyboard.press('Control+/');
    const panel = anna.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await panel.waitFor();
    for (const command of Object.values(documentCommands)) {
      if (command.keys === '') continue;
      const row = panel.locator('.shortcut', { has: anna.getByText(command.label, { exact: true }) });
      expect(await row.locator('kbd').innerText()).toBe(keysInWords(command, false));
    }
    expect(await faultsEverywhere(anna)).toEqual([]);
    await anna.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    await anna.getByLabel('Title').focus();
    await anna.keyboard.press('Control+f');
    await anna.getByRole('textbox', { name: 'Find', exact: true }).waitFor();
    await anna.keyboard.press('Escape');
  });
});
