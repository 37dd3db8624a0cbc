import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { waitFor } from '../app/wait-for.ts';
import { intrude } from './document-intruder.ts';
import { roomOfThisFile } from './file-room.ts';
import { faultsEverywhere } from './screen-faults.ts';
import { newDocument, openById, typeAtEnd, whenSaved } from './web-people.ts';

const room = roomOfThisFile();

/** Each tinted piece of text as `name: words`. */
function tints(page: Page): Promise<readonly string[]> {
  return page
    .locator('.author')
    .evaluateAll((marks) => marks.map((mark) => `${mark.getAttribute('title')}: ${mark.textContent}`));
}

async function untilTints(page: Page, expected: readonly string[]): Promise<void> {
  await waitFor(`tints of ${expected.join()}`, async () => (await tints(page)).join() === expected.join(), {
    seen: () => tints(page),
  });
}

async function untilLegend(page: Page, expected: readonly string[]): Promise<void> {
  const shown = () => page.locator('.author-entry').allTextContents();
  await waitFor(`a legend of ${expected.join()}`, async () => (await shown()).join() === expected.join(), {
    seen: shown,
  });
}

/** From now on notes what a screen reader is told about the cursor's place sooner than it has come to rest. */
async function saidWhileMoving(page: Page): Promise<() => Promise<readonly string[]>> {
  const early = await page.evaluateHandle(() => {
    const words: string[] = [];
    let movedMs = 0;
    const moved = () => {
      movedMs = performance.now();
    };
    // Before the text takes it: what is told rests from then on or longer, however late the browser tells of the selection.
    document.addEventListener('keydown', moved, { capture: true });
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const status = (target instanceof Element ? target : target.parentElement)?.closest('[role=status]');
        if (!status?.textContent?.startsWith('Written by')) continue;
        if (performance.now() - movedMs < 300) words.push(status.textContent);
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
    return words;
  });
  return () => early.jsonValue();
}

it('text is tinted by who wrote it, with a legend; a person is one at every opening and under another name', async () => {
  const anna = await room.person({ name: 'Anna', color: 'Purple' });
  const boris = await room.person({ name: 'Boris', color: 'Teal' });
  const id = await newDocument(anna);
  await typeAtEnd(anna, 'Written by Anna at first, ');
  await whenSaved(anna);
  await openById(boris, id);
  await typeAtEnd(boris, 'then by Boris, ');
  await whenSaved(boris);
  expect(await boris.locator('.author').count()).toBe(0);

  await anna.reload();
  await whenSaved(anna);
  await typeAtEnd(anna, 'and Anna again.');
  await whenSaved(anna);
  await anna.keyboard.press('Control+Alt+a');
  await untilLegend(anna, ['Anna (you)', 'Boris']);
  await untilTints(anna, [
    'Anna: Written by Anna at first, ',
    'Boris: then by Boris, ',
    'Anna: and Anna again.',
  ]);
  const atCursor = anna.locator('.author-place');
  await atCursor.getByText('Written by you').waitFor();
  const said = anna.getByRole('status');
  await said.filter({ hasText: 'Written by you' }).waitFor({ state: 'attached' });
  const early = await saidWhileMoving(anna);
  await anna.locator('.cm-content').focus();
  for (let letter = 0; letter < 'and Anna again.'.length; letter++) await anna.keyboard.press('ArrowLeft');
  await atCursor.getByText('Written by Boris').waitFor();
  await anna.keyboard.press('Control+Home');
  await atCursor.getByText('Written by you').waitFor();
  await said.filter({ hasText: 'Written by you' }).waitFor({ state: 'attached' });
  await anna.keyboard.press('Control+End');
  for (let letter = 0; letter < 'and Anna again.'.length; letter++) await anna.keyboard.press('ArrowLeft');
  await said.filter({ hasText: 'Written by Boris' }).waitFor({ state: 'attached' });
  expect(await early(), 'said before the cursor rested').toEqual([]);
  await boris.getByRole('button', { name: 'More' }).click();
  await boris.getByRole('menuitemcheckbox', { name: /^Who wrote what/ }).click();
  await untilLegend(boris, ['Anna', 'Boris (you)']);

  await anna.getByRole('button', { name: 'All documents' }).click();
  await anna.getByRole('button', { name: /^You are/ }).click();
  await anna.getByLabel('Your name').fill('Anna Karlsson');
  await anna.keyboard.press('Enter');
  await anna.keyboard.press('Escape');
  await anna.locator('.document-open').click();
  await whenSaved(anna);
  await typeAtEnd(anna, ' Yes.');
  await untilLegend(boris, ['Anna Karlsson', 'Boris (you)']);
  await untilTints(boris, [
    'Anna Karlsson: Written by Anna at first, ',
    'Boris: then by Boris, ',
    'Anna Karlsson: and Anna again.',
    'Anna Karlsson:  Yes.',
  ]);

  const stranger = new Y.Doc();
  // Of those who begin at the same place the smallest id comes first.
  stranger.clientID = 1;
  stranger.getText('content').insert(0, 'Who was that? ');
  const intruder = await intrude(room.relay.url, id);
  await intruder.appendUpdate(Y.encodeStateAsUpdate(stranger));
  intruder.close();
  await untilLegend(boris, ['Anna Karlsson', 'Boris (you)', 'Unknown']);
  await boris.locator('.author-unknown', { hasText: 'Who was that?' }).waitFor();
  await anna.locator('.author-unknown', { hasText: 'Who was that?' }).waitFor();
  await boris.locator('.cm-content').focus();
  await boris.keyboard.press('Control+Home');
  await boris.locator('.author-place').getByText('Written by someone unknown').waitFor();
  expect(await faultsEverywhere(boris)).toEqual([]);
  await boris.keyboard.press('Control+Alt+a');
  await boris.locator('.authors').waitFor({ state: 'detached' });
  await untilTints(boris, []);
});

it('two of one name and colour are two, in the legend and in the text', async () => {
  const first = await room.person({ name: 'Kim', color: 'Green' });
  const second = await room.person({ name: 'Kim', color: 'Green' });
  const id = await newDocument(first);
  await typeAtEnd(first, '# From the first\n\n[a link](https://example.org) ');
  await whenSaved(first);
  await openById(second, id);
  await typeAtEnd(second, 'and from the second');
  await whenSaved(second);
  await first.keyboard.press('Control+Alt+a');
  const entries = () => first.locator('.author-entry').allTextContents();
  await waitFor('two people', async () => [...(await entries())].sort().join() === 'Kim,Kim (you)', {
    seen: entries,
  });
  const underlines = () =>
    first
      .locator('.author')
      .evaluateAll((marks) =>
        [...new Set(marks.map((mark) => getComputedStyle(mark).borderBottomStyle))].sort(),
      );
  await waitFor('one of them underlined', async () => (await underlines()).join() === 'dashed,none', {
    seen: underlines,
  });
  expect(await faultsEverywhere(first)).toEqual([]);
});
