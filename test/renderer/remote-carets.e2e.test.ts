import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitFor } from '../app/wait-for.ts';
import { markedText, setText, textOf } from './editor-hands.ts';
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

/** Where the lines on Anna's screen begin. */
function lineStarts(): Promise<readonly number[]> {
  return anna.evaluate(() => {
    const { editor } = window;
    const tops = Array.from({ length: editor.state.doc.length + 1 }, (_, at) => editor.coordsAtPos(at)?.top);
    return tops.flatMap((top, at) => (Math.abs((top ?? 0) - (tops[at - 1] ?? -99)) > 8 ? [at] : []));
  });
}

/** Boris goes somewhere; resolves when Anna sees that he has. */
async function borisGoesTo(position: number): Promise<void> {
  const move = () => anna.evaluate(() => document.querySelector('.remote-flag')?.getAttribute('data-move'));
  const before = await move();
  await boris.evaluate((anchor) => {
    window.editor.focus();
    window.editor.dispatch({ selection: { anchor } });
  }, position);
  await waitFor(`Boris at ${position}`, async () => (await move()) !== before);
}

async function both(text: string): Promise<void> {
  await setText(anna, `${text}|`);
  await waitFor('the text', async () => (await textOf(boris)) === text, { seen: () => textOf(boris) });
}

/** How far Boris's caret is on Anna's screen from a place in the text, in px. */
function distanceTo(position: number): Promise<number> {
  return anna.evaluate((at) => {
    const caret = document.querySelector('.remote-caret')?.getBoundingClientRect();
    const there = window.editor.coordsAtPos(at);
    if (caret === undefined || there === null) return 999;
    return Math.abs(caret.left - there.left) + Math.abs(caret.top - there.top);
  }, position);
}

const text = `carries${' carri'.repeat(40)}`;
const composed = 'esand';

it('a caret of another never changes where lines break, wherever it is and while letters are composed at it', async () => {
  await both(text);
  const starts = await lineStarts();
  expect(starts.length, 'lines').toBeGreaterThan(2);
  const end = starts[1] ?? 0;
  const places = Array.from({ length: 14 }, (_, i) => end - 12 + i);
  const at = end - 3;
  const whole = text.slice(0, at) + composed + text.slice(at);
  await both(whole);
  const composedStarts = await lineStarts();
  await both(text);
  for (const place of places) {
    await borisGoesTo(place);
    expect(await lineStarts(), `the caret at ${place}`).toEqual(starts);
  }

  await borisGoesTo(at);
  await anna.evaluate((anchor) => {
    window.editor.focus();
    window.editor.dispatch({ selection: { anchor } });
  }, at);
  const keyboard = await anna.context().newCDPSession(anna);
  for (let letters = 1; letters <= composed.length; letters++) {
    await keyboard.send('Input.imeSetComposition', {
      text: composed.slice(0, letters),
      selectionStart: letters,
      selectionEnd: letters,
    });
  }
  await waitFor('what is composed', async () => (await textOf(anna)) === whole, {
    seen: () => textOf(anna),
  });
  expect(await lineStarts(), 'while letters are composed').toEqual(composedStarts);
  await keyboard.send('Input.insertText', { text: composed });
  await waitFor('what was composed', async () => (await textOf(boris)) === whole);
  expect(await lineStarts(), 'once they are chosen').toEqual(composedStarts);
});

it('a caret of another stays at its letter while text is written before it, and presses go through it', async () => {
  await both('one two three');
  await borisGoesTo(7);
  await waitFor('the caret at its letter', async () => (await distanceTo(7)) < 4, {
    seen: () => distanceTo(7),
  });
  await anna.keyboard.press('Control+Home');
  await anna.keyboard.type('zero\n\n# ');
  await anna.locator('.md-heading-1', { hasText: 'one two three' }).waitFor();
  // The letters of a heading are another file, and wider.
  await anna.evaluate(() => document.fonts.ready);
  await waitFor('the caret at its letter', async () => (await distanceTo(15)) < 4, {
    seen: () => distanceTo(15),
  });
  const caret = await anna.locator('.remote-caret').boundingBox();
  await anna.mouse.click((caret?.x ?? 0) + 1, (caret?.y ?? 0) + 8);
  expect(await markedText(anna)).toBe('zero\n\n# one two| three');
  expect(await anna.locator('.cm-content').textContent(), 'nothing but the text').toBe('zero# one two three');
});
