import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitFor } from '../app/wait-for.ts';
import { markedText, setText, textOf, withEditor } from './editor-hands.ts';
import { newDocument, openById, openWebRoom, type WebRoom } from './web-people.ts';

let room: WebRoom;
let anna: Page;
let boris: Page;
let keyboard: CDPSession;

beforeAll(async () => {
  room = await openWebRoom();
  anna = await room.person({ name: 'Anna' });
  boris = await room.person({ name: 'Boris', color: 'Teal' });
  await openById(boris, await newDocument(anna));
  await withEditor(anna);
  await withEditor(boris);
  keyboard = await anna.context().newCDPSession(anna);
  await anna.evaluate(() => {
    const compositions: string[] = [];
    Object.assign(window, { compositions });
    for (const type of ['compositionstart', 'compositionend'])
      window.addEventListener(type, () => compositions.push(type), true);
  });
});
afterAll(async () => {
  await room?.close();
});

/** What an input method shows before it is chosen. */
async function compose(text: string): Promise<void> {
  await keyboard.send('Input.imeSetComposition', {
    text,
    selectionStart: text.length,
    selectionEnd: text.length,
  });
}

async function untilBoth(what: string, holds: (text: string) => boolean): Promise<string> {
  await waitFor(
    what,
    async () => {
      const text = await textOf(anna);
      return holds(text) && (await textOf(boris)) === text;
    },
    { seen: async () => [await textOf(anna), await textOf(boris)] },
  );
  return textOf(anna);
}

/** The text without what Boris types. */
function withoutMarks(text: string): string {
  return text.replace(/<[123]>|\+/g, '');
}

/** Boris types where a part of the text begins, with his caret there. */
async function borisTypes(letters: string, before: string): Promise<void> {
  await boris.evaluate(
    ({ letters, before }) => {
      const { editor } = window;
      const at = editor.state.doc.toString().indexOf(before);
      if (at < 0) throw new Error(`${before} is not in the text`);
      editor.focus();
      editor.dispatch({ changes: { from: at, insert: letters }, selection: { anchor: at + letters.length } });
    },
    { letters, before },
  );
}

it.each([
  ['Japanese', ['に', 'にほ', 'にほん'], '日本'],
  ['an accent', ['´', '´'], 'é'],
  ['one with letters of two units', ['😀', '😀😃'], '😀😃👨‍👩‍👧'],
])(
  '[G3] a composition in %s goes on while others type before, in and after it; no letter is lost or doubled',
  async (_name, steps, chosen) => {
    await setText(anna, 'start |end\nelsewhere');
    await untilBoth('the text', (text) => text === 'start end\nelsewhere');
    await anna.evaluate(() => (Reflect.get(window, 'compositions') as string[]).splice(0));
    const words = ['<1>', '<2>', '<3>'];
    for (const [i, step] of steps.entries()) {
      await compose(step);
      await waitFor('Boris to see it', async () => withoutMarks(await textOf(boris)).includes(step));
      const last = step.slice(0, 1);
      await borisTypes(words[0] ?? '', i === 0 ? 'start' : '<');
      await borisTypes(words[1] ?? '', step.length > 1 ? step.slice(step === '😀😃' ? 2 : 1) : last);
      await borisTypes(words[2] ?? '', 'end');
      await borisTypes('+', 'elsewhere');
      await waitFor('what Boris writes in another line', async () => {
        return (await textOf(anna)).split('+').length === i + 2;
      });
      expect(await textOf(anna), 'the line of the composition').toContain(step);
    }
    expect(await anna.evaluate(() => Reflect.get(window, 'compositions'))).toEqual(['compositionstart']);
    await keyboard.send('Input.insertText', { text: chosen });
    const text = await untilBoth('what was chosen, and all that Boris wrote', (now) =>
      withoutMarks(now).includes(chosen),
    );
    expect(await anna.evaluate(() => Reflect.get(window, 'compositions'))).toEqual([
      'compositionstart',
      'compositionend',
    ]);
    for (const word of words) expect(text.split(word), word).toHaveLength(steps.length + 1);
    expect(withoutMarks(text)).toBe(`start ${chosen}end\nelsewhere`);
    await anna.keyboard.type('!');
    await untilBoth('what is typed after it', (now) => now.includes('!'));
    await anna.locator('.remote-caret').waitFor();
  },
);

it('characters of several units are deleted and passed over whole', async () => {
  const rows = [
    ['a😀|', 'Backspace', 'a|'],
    ['👨‍👩‍👧|', 'Backspace', '|'],
    ['🇺🇦🇸🇪|', 'Backspace', '🇺🇦|'],
    ['👍🏽|x', 'Backspace', '|x'],
    ['|👨‍👩‍👧x', 'Delete', '|x'],
    ['|e\u0301x', 'Delete', '|x'],
    ['|😀x', 'ArrowRight', '😀|x'],
    ['e\u0301|x', 'ArrowLeft', '|e\u0301x'],
    ['שלום|', 'Backspace', 'שלו|'],
    ['مرحبا|', 'Backspace', 'مرحب|'],
  ] as const;
  for (const [before, key, after] of rows) {
    await setText(anna, before);
    await anna.keyboard.press(key);
    expect(await markedText(anna), `${before} and ${key}`).toBe(after);
  }
});

it('[G3] no edit splits a character or brings in half of one', async () => {
  await setText(anna, 'a😀b|');
  await anna.evaluate(() => window.editor.dispatch({ changes: { from: 2, to: 3, insert: '\ude03' } }));
  await untilBoth('another face', (text) => text === 'a😃b');
  await anna.evaluate(() => window.editor.dispatch({ changes: { from: 2, insert: 'x' } }));
  await untilBoth('a letter beside it', (text) => text === 'a😃xb');
  await anna.evaluate(() => window.editor.dispatch({ changes: { from: 1, to: 2 } }));
  await untilBoth('neither half', (text) => text === 'axb');
  await anna.evaluate(() => window.editor.dispatch({ changes: { from: 0, insert: '\ud83d' } }));
  await untilBoth('a mark in its place', (text) => text === '\ufffdaxb');
});

it('text from right to left runs from right to left, and others’ carets stand where they are', async () => {
  await setText(anna, 'left to right\n# שלום עולם `code()` סוף\n- [x] مرحبا بالعالم|');
  await untilBoth('the text', (text) => text.includes('מ') || text.includes('ם'));
  const directions = () =>
    anna.locator('.cm-line').evaluateAll((lines) => lines.map((line) => getComputedStyle(line).direction));
  await waitFor('the directions', async () => (await directions()).join() === 'ltr,rtl,rtl', {
    seen: directions,
  });
  await anna.locator('.bidi-isolate', { hasText: 'code()' }).waitFor();
  for (const position of [18, 24, 45]) {
    await boris.evaluate((at) => {
      window.editor.focus();
      window.editor.dispatch({ selection: { anchor: at } });
    }, position);
    const distance = () =>
      anna.evaluate((at) => {
        const caret = document.querySelector('.remote-caret')?.getBoundingClientRect();
        const there = window.editor.coordsAtPos(at);
        if (caret === undefined || there === null) return 999;
        return Math.abs(caret.left - there.left) + Math.abs(caret.top - there.top);
      }, position);
    await waitFor(`the caret at ${position}`, async () => (await distance()) < 8, { seen: distance });
  }
  await anna.keyboard.press('Home');
  await anna.keyboard.press('ArrowLeft');
  expect((await markedText(anna)).split('\n')[2], 'left is onwards').toBe('-| [x] مرحبا بالعالم');
});
