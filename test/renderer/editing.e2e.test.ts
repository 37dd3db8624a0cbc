import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../app/wait-for.ts';
import { markedText, setText, textOf, untilMarked } from './editor-hands.ts';
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
    await waitFor(
      'a line of what is pasted for each cursor',
      async () => (await textOf(boris)) === 'fi1rst\nsecond2',
      { seen: () => textOf(anna) },
    );
    await boris.evaluate(() => window.editor.focus());
    await boris.evaluate(() => window.editor.dispatch({ selection: { anchor: 8 } }));
    await anna.locator('.remote-caret').waitFor();
    await anna.keyboard.type('z');
    await untilMarked(boris, 'fi1zrst\ns|econd2z');
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
      ['1. a\n\nb|\n2. c', 'Control+Shift+Digit7', '1. a\n\n2. b|\n3. c'],
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
      ['1. a\n2. b|\n3. c', 'Tab', '1. a\n   1. b|\n2. c'],
      ['- a\n- b|\n  - x\n\n    y', 'Tab', '- a\n  - b|\n    - x\n\n      y'],
      ['1. a\n\n‹2. b\n\n3. c›', 'Tab', '1. a\n\n‹   1. b\n\n   2. c›'],
      ['- a\n  - b|', 'Shift+Tab', '- a\n- b|'],
      ['1. a\n   1. b|\n2. c', 'Shift+Tab', '1. a\n2. b|\n3. c'],
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

  it('written with AltGr are letters, though Windows tells Ctrl and Alt for it', async () => {
    await setText(anna, '# One\n\nfirst\n\n|end');
    const isTaken = (modifierAltGraph: boolean) =>
      anna.locator('.cm-content').evaluate((content, modifierAltGraph) => {
        const pressed = { key: '[', code: 'Digit8', ctrlKey: true, altKey: true, modifierAltGraph };
        const event = new KeyboardEvent('keydown', { ...pressed, bubbles: true, cancelable: true });
        content.dispatchEvent(event);
        return event.defaultPrevented;
      }, modifierAltGraph);
    expect(await isTaken(true)).toBe(false);
    expect(await anna.getByRole('button', { name: 'Unfold' }).count()).toBe(0);
    expect(await isTaken(false)).toBe(true);
    await anna.getByRole('button', { name: 'Unfold' }).waitFor();
  });
});
