import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documentCommands, keysInWords } from '../../main/document-commands.ts';
import { waitFor } from '../app/wait-for.ts';
import { markedText, setText, textOf, untilMarked, withEditor } from './editor-hands.ts';
import { faultsEverywhere } from './screen-faults.ts';
import { newDocument, openById, openWebRoom, type WebRoom } from './web-people.ts';

let room: WebRoom;
let anna: Page;
let boris: Page;

beforeAll(async () => {
  room = await openWebRoom();
  anna = await room.person({ name: 'Anna' });
  boris = await room.person({ name: 'Boris' });
  await openById(boris, await newDocument(anna));
  await withEditor(anna);
  await withEditor(boris);
});
afterAll(async () => {
  await room?.close();
});

/** Each row: what is there, the keys that are pressed, what is there then. */
async function expectRows(rows: readonly (readonly [string, string | readonly string[], string])[]) {
  for (const [before, keys, after] of rows) {
    await setText(anna, before);
    for (const key of typeof keys === 'string' ? [keys] : keys) {
      if (key.startsWith("'")) await anna.keyboard.type(key.slice(1));
      else await anna.keyboard.press(key);
    }
    expect(await markedText(anna), `${JSON.stringify(before)} and ${JSON.stringify(keys)}`).toBe(after);
  }
  const text = await textOf(anna);
  await waitFor('the same text at Boris', async () => (await textOf(boris)) === text, {
    seen: () => textOf(boris),
  });
}

describe('keys', () => {
  it('move, duplicate, delete and indent lines', async () => {
    await expectRows([
      ['one\ntw|o\nthree', 'Alt+ArrowUp', 'tw|o\none\nthree'],
      ['one\ntw|o\nthree', 'Alt+ArrowDown', 'one\nthree\ntw|o'],
      ['one\ntw|o', 'Shift+Alt+ArrowDown', 'one\ntwo\ntw|o'],
      ['one\ntw|o\nthree', 'Control+Shift+K', 'one\nthr|ee'],
      ['‹one\ntwo›', 'Control+]', '  ‹one\n  two›'],
      ['  on|e', 'Control+[', 'on|e'],
      ['a (b| c) d', 'Control+Shift+Backslash', 'a (b| c) d'],
      ['a |(b c) d', 'Control+Shift+Backslash', 'a (b c)| d'],
    ]);
  });

  it('put several cursors into the text, and each of them types', async () => {
    await expectRows([
      ['‹ab› cd ab', 'Control+d', '‹ab› cd ‹ab›'],
      ['a|b cd ab', ['Control+d', 'Control+d', "'x"], 'x| cd x|'],
      ['ab ‹ab› ab', ['Control+Shift+L', "'é"], 'é| é| é|'],
      ['one\nt|wo', ['Control+Alt+ArrowUp', "'😀"], 'o😀|ne\nt😀|wo'],
      ['o|ne\ntwo', ['Control+Alt+ArrowDown', "'-", 'Escape', "'+"], 'o-ne\nt-+|wo'],
    ]);
    await setText(anna, 'first\nsecond|');
    const first = await anna.evaluate(() => window.editor.coordsAtPos(2));
    await anna.keyboard.down('Alt');
    await anna.mouse.click((first?.left ?? 0) + 1, (first?.top ?? 0) + 8);
    await anna.keyboard.up('Alt');
    expect(await markedText(anna)).toBe('fi|rst\nsecond|');
    await anna.evaluate(() => navigator.clipboard.writeText('1\r\n2'));
    await anna.keyboard.press('Control+V');
    expect(await textOf(anna), 'a line of what is pasted for each cursor').toBe('fi1rst\nsecond2');
    await waitFor('what Anna pasted', async () => (await textOf(boris)) === 'fi1rst\nsecond2');
    await boris.evaluate(() => window.editor.focus());
    await boris.evaluate(() => window.editor.dispatch({ selection: { anchor: 8 } }));
    await anna.locator('.remote-caret').waitFor();
    await anna.keyboard.type('zz');
    await untilMarked(boris, 'fi1zzrst\ns|econd2zz');
    await anna.keyboard.press('Control+z');
    expect(await textOf(anna), 'all cursors are taken back at once').not.toContain('z');
  });

  it('write Markdown, and take it away again', async () => {
    await expectRows([
      ['a ‹b› c', 'Control+b', 'a **‹b›** c'],
      ['a ‹b› c', 'Control+e', 'a `‹b›` c'],
      ['a ~~‹b›~~ c', 'Control+Shift+X', 'a ‹b› c'],
      ['a ‹b› c', 'Control+k', 'a [b](|) c'],
      ['‹https://a.org/b›', 'Control+k', '[|](https://a.org/b)'],
      ['ti|tle', 'Control+Alt+2', '## ti|tle'],
      ['## ti|tle', 'Control+Alt+1', '# ti|tle'],
      ['# ti|tle', 'Control+Alt+1', 'ti|tle'],
      ['‹a\n\nb›', 'Control+Shift+Digit8', '- ‹a\n\n- b›'],
      ['- ‹a\n- b›', 'Control+Shift+Digit7', '1. ‹a\n2. b›'],
      ['1. ‹a\n2. b›', 'Control+Shift+Digit9', '- [ ] ‹a\n- [ ] b›'],
      ['- [ ] a|', 'Control+Shift+Digit9', 'a|'],
      ['|', 'Control+Shift+Digit8', '- |'],
      ['a|', 'Control+Shift+Period', '> a|'],
      ['> a|', 'Control+Shift+Period', 'a|'],
      ['‹a\nb›', 'Control+Alt+c', '```\n‹a\nb›\n```'],
      ['```\na|\n```', 'Control+Alt+c', 'a|'],
    ]);
  });

  it('go on with lists, number them anew, end them, and move items in and out', async () => {
    await expectRows([
      ['- a|', 'Enter', '- a\n- |'],
      ['- [x] a|', 'Enter', '- [x] a\n- [ ] |'],
      ['1. a|\n2. b', 'Enter', '1. a\n2. |\n3. b'],
      ['- a\n- |', 'Enter', '- a\n|'],
      ['1. a\n2. |', 'Enter', '1. a\n|'],
      ['- a\n- b|', 'Tab', '- a\n  - b|'],
      ['1. a\n2. b|', 'Tab', '1. a\n   2. b|'],
      ['- a\n  - b|', 'Shift+Tab', '- a\n- b|'],
      ['- |', 'Backspace', '|'],
      ['> a|', 'Enter', '> a\n> |'],
    ]);
    await setText(anna, '- a\n- b|');
    await anna.keyboard.press('Escape');
    await anna.keyboard.press('Tab');
    expect(await textOf(anna), 'Escape and Tab leave the text').toBe('- a\n- b');
    expect(await anna.locator('.cm-content:focus').count()).toBe(0);
  });

  it('typed over a selection wrap it; an address pasted over words makes a link, and undo the plain address', async () => {
    await expectRows([
      ['a ‹b› c', ["'*", "'*"], 'a **‹b›** c'],
      ['‹a› ‹b›', "'(", '(‹a›) (‹b›)'],
      ['a ‹b› c', "'x", 'a x| c'],
    ]);
    await setText(anna, 'see ‹the map› here');
    await anna.evaluate(() => navigator.clipboard.writeText('https://example.org/map'));
    await anna.keyboard.press('Control+V');
    await untilMarked(anna, 'see [the map](https://example.org/map)| here');
    await anna.keyboard.press('Control+z');
    await waitFor(
      'the plain address',
      async () => (await textOf(anna)) === 'see https://example.org/map here',
    );
    await anna.keyboard.press('Control+z');
    await waitFor('the words', async () => (await textOf(anna)) === 'see the map here');
  });
});

/** Presses a switch of the menu. */
async function choose(label: string): Promise<void> {
  await anna.getByRole('button', { name: 'More', exact: true }).click();
  await anna.getByRole('menuitemcheckbox', { name: label }).click();
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
    expect(await size(anna)).toBe('31px');
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
