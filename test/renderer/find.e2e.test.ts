import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitFor } from '../app/wait-for.ts';
import { markedText, setText, textOf, untilMarked, withEditor } from './editor-hands.ts';
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

const field = (name: string) => anna.getByRole('textbox', { name, exact: true });
const says = (text: string) => anna.locator('.find-count').getByText(text, { exact: true }).waitFor();

/** Opens the panel with nothing in it and these boxes ticked. */
async function find(wanted: string, ...boxes: readonly string[]): Promise<void> {
  await anna.keyboard.press('Escape');
  await anna.locator('.cm-content').focus();
  await anna.keyboard.press('Control+f');
  for (const box of ['Match case', 'Whole word', 'Regular expression'])
    await anna.getByRole('checkbox', { name: box }).setChecked(boxes.includes(box));
  await field('Find').fill(wanted);
}

it('whole words and cases are told apart', async () => {
  await setText(anna, '|cat concat Cat');
  await find('cat');
  await says('3 matches');
  await find('cat', 'Whole word');
  await says('2 matches');
  await find('cat', 'Whole word', 'Match case');
  await says('1 match');
});

it('the panel is as high as what is in it, however long the text is', async () => {
  await setText(anna, `|${'line\n'.repeat(200)}`);
  await find('line');
  await says('200 matches');
  const hidden = () =>
    anna.locator('.cm-panels-top').evaluate((panels) => panels.scrollHeight - panels.clientHeight);
  expect(await hidden()).toBe(0);
});

it('how many were replaced at once is said, also while someone else writes, until one goes on', async () => {
  await setText(anna, '|aaa b a');
  await find('a');
  await field('Replace with').fill('');
  await says('4 matches');
  await anna.getByRole('button', { name: 'Replace all' }).click();
  await anna.getByRole('status').getByText('Replaced 4 matches', { exact: true }).waitFor();
  expect(await faultsEverywhere(anna)).toEqual([]);
  await boris.evaluate(() => window.editor.dispatch({ changes: { from: 0, insert: 'a' } }));
  await waitFor('what Boris wrote', async () => (await textOf(anna)) === 'a b ', {
    seen: () => textOf(anna),
  });
  await says('Replaced 4 matches');
  await field('Find').press('Enter');
  await says('1 of 1');
  await anna.getByRole('button', { name: 'Replace all' }).click();
  await says('Replaced 1 match');
  await field('Find').fill('b');
  await says('1 match');

  await setText(anna, '|ﬁsh f');
  await find('f');
  await field('Replace with').fill('x');
  await anna.getByRole('button', { name: 'Replace all' }).click();
  await says('Replaced 1 match');
  expect(await textOf(anna), 'half of a ligature stays').toBe('ﬁsh x');
});

it('an expression is found, gone through and replaced with its groups, while someone else writes', async () => {
  await setText(anna, '|Anna Berg\nBo Ek\nno\nCy Ny');
  await find('(\\w+) (\\w+)$', 'Regular expression');
  await says('3 matches');
  await anna.keyboard.press('Enter');
  await untilMarked(anna, '‹Anna Berg›\nBo Ek\nno\nCy Ny');
  await says('1 of 3');
  await anna.keyboard.press('Shift+Enter');
  await untilMarked(anna, 'Anna Berg\nBo Ek\nno\n‹Cy Ny›');
  await field('Replace with').fill('$2, $1');
  await field('Replace with').press('Enter');
  await untilMarked(anna, '‹Anna Berg›\nBo Ek\nno\nNy, Cy');
  await boris.evaluate(() => window.editor.dispatch({ changes: { from: 0, insert: 'Dear ' } }));
  await waitFor('what Boris wrote', async () => (await textOf(anna)).startsWith('Dear '));
  await says('1 of 2');
  await anna.getByRole('button', { name: 'Replace all' }).click();
  const replaced = 'Dear Berg, Anna\nEk, Bo\nno\nNy, Cy';
  await waitFor('all to be replaced', async () => (await textOf(boris)) === replaced, {
    seen: () => textOf(boris),
  });
  await says('Replaced 2 matches');
  await anna.locator('.cm-content').focus();
  await anna.keyboard.press('Control+z');
  await waitFor(
    'one undo to take back all that was replaced at once, and not the one before',
    async () => (await textOf(anna)) === 'Dear Anna Berg\nBo Ek\nno\nNy, Cy',
    { seen: () => textOf(anna) },
  );
});

it('what is to be replaced is replaced, though someone else writes while the thread is still at it', async () => {
  await setText(anna, '|a1 b2');
  await find('([a-z])(\\d)', 'Regular expression');
  await says('2 matches');
  await field('Replace with').fill('$2$1');
  const replacement = await anna.evaluateHandle(() => {
    const asked = { release: () => {} };
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (this: Worker, job: { readonly replace?: object }) {
      if (job.replace === undefined) post.call(this, job);
      else asked.release = () => post.call(this, job);
    };
    return asked;
  });
  await anna.getByRole('button', { name: 'Replace all' }).click();
  await boris.evaluate(() => window.editor.dispatch({ changes: { from: 0, insert: 'c3 ' } }));
  await waitFor('what Boris wrote', async () => (await textOf(anna)) === 'c3 a1 b2');
  // The pause in the typing after which a changed text is searched has begun before, and is over.
  await anna.evaluate(() => new Promise((over) => setTimeout(over, 150)));
  await replacement.evaluate(({ release }) => release());
  await waitFor('all that was there to be replaced', async () => (await textOf(boris)) === 'c3 1a 2b', {
    seen: () => textOf(boris),
  });
  await says('Replaced 2 matches');
});

it('a wrong expression is told, and one that would take for ever does not hold up the window', async () => {
  await setText(anna, `|${'a'.repeat(40)}b\n`);
  await find('(a', 'Regular expression');
  await anna.getByRole('alert').getByText('This is not a regular expression: Unterminated group.').waitFor();
  expect(await faultsEverywhere(anna)).toEqual([]);
  await anna.evaluate(() => {
    const late: number[] = [];
    let last = performance.now();
    Object.assign(window, { late });
    setInterval(() => {
      late.push(performance.now() - last);
      last = performance.now();
    }, 20);
  });
  await find('(a+)+$', 'Regular expression');
  await anna.getByRole('alert').getByText('This expression takes too long').waitFor();
  const longest = await anna.evaluate(() => Math.max(...(Reflect.get(window, 'late') as number[])));
  expect(longest, 'the search alone would take hours').toBeLessThan(30_000);
  await anna.locator('.cm-content').focus();
  await anna.keyboard.press('Control+End');
  await anna.keyboard.type('typed on');
  expect(await markedText(anna)).toMatch(/typed on\|$/);
  await find('b$', 'Regular expression');
  await says('1 match');
  await anna.keyboard.press('Escape');
  await anna.locator('.cm-searchMatch').waitFor({ state: 'detached' });
});

it('a thread that is slow to start is waited for: only what it looks for can take too long', async () => {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await anna.route(/expression-worker/, async (route) => {
    await held;
    await route.continue();
  });
  await anna.reload();
  await withEditor(anna);
  await setText(anna, '|a1 b2');
  const asked = anna.waitForRequest(/expression-worker/);
  await find('[a-z]', 'Regular expression');
  await asked;
  // As long as a search may take.
  await anna.evaluate(() => new Promise((over) => setTimeout(over, 2000)));
  expect(await anna.getByRole('alert').getByText('This expression takes too long').count()).toBe(0);
  letGo();
  await says('2 matches');
});
