import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { openDocument } from '../../sync/node.ts';
import { roomOfThisFile } from './file-room.ts';
import { faultsEverywhere } from './screen-faults.ts';
import { newDocument, openById, typeAtEnd, untilText, whenSaved } from './web-people.ts';

const room = roomOfThisFile();

const history = (page: Page): Locator => page.getByRole('complementary', { name: 'History' });

/** Restores the version whose line says this. */
async function restore(page: Page, says: string): Promise<void> {
  await history(page).locator('.history-line', { hasText: says }).first().click();
  await page.locator('.difference .cm-editor').first().waitFor();
  await page.getByRole('button', { name: 'Restore', exact: true }).click();
}

it('others who are there are told who restored a version, and take it back from the state before it', async () => {
  const anna = await room.person({ name: 'Anna Karlsson' });
  const boris = await room.person({ name: 'Boris' });
  const id = await newDocument(anna);
  await typeAtEnd(anna, 'The first text.');
  await whenSaved(anna);
  await anna.reload();
  await whenSaved(anna);
  await anna.keyboard.press('Control+Shift+H');
  await history(anna).getByText('As left here').waitFor();
  await openById(boris, id);
  // On a busy computer it is kept late: with what he has written by then, and that is not kept once more before a restoration.
  await boris.keyboard.press('Control+Shift+H');
  await history(boris).getByText('As opened here').waitFor();
  await boris.keyboard.press('Control+Shift+H');
  await history(boris).waitFor({ state: 'detached' });
  await typeAtEnd(boris, ' And more of it.');
  await whenSaved(boris);
  await untilText(anna, 'The first text. And more of it.');

  await restore(anna, 'As left here');
  await untilText(boris, 'The first text.');
  const notice = boris.getByRole('status').filter({
    hasText: /^Anna Karlsson restored an older version: .+ The text before it is in the history\./,
  });
  await notice.waitFor();
  expect(await faultsEverywhere(boris)).toEqual([]);
  const gap = await notice.evaluate((shown) => {
    const words = document.createRange();
    words.selectNodeContents(shown.querySelector('p') ?? shown);
    const answer = shown.querySelector('button')?.getBoundingClientRect().left ?? 0;
    return answer - words.getBoundingClientRect().right;
  });
  expect(gap, 'between the words and the answers, in px').toBeLessThan(24);
  const carl = await room.person({ name: 'Carl' });
  await openById(carl, id);
  await untilText(carl, 'The first text.');
  expect(await carl.getByText('restored an older version').count(), 'it was before he came').toBe(0);
  expect(await anna.getByText('restored an older version').count(), 'whoever did it knows').toBe(0);
  await notice.getByRole('button', { name: 'Show history' }).click();
  await notice.waitFor({ state: 'detached' });
  await restore(boris, 'Before restoring');
  for (const page of [anna, boris]) await untilText(page, 'The first text. And more of it.');

  for (const page of [anna, carl]) await page.getByText(/^Boris restored an older version: /).waitFor();
  expect(await faultsEverywhere(anna)).toEqual([]);
  await anna.getByRole('button', { name: 'Close', exact: true }).first().click();
  await anna.getByText(/^Boris restored/).waitFor({ state: 'detached' });
  const reader = await openDocument({ document: id, relayUrl: room.relay.url, name: 'Script' });
  await reader.whenLive();
  expect(reader.meta.get('restored')).toMatchObject({ by: expect.any(Number), at: expect.any(Number) });
  await reader.close();
});

it('[C7] a new document is kept here once there is text, and as it was left, without the relay', async () => {
  const anna = await room.person({ name: 'Anna' });
  await newDocument(anna);
  await anna.keyboard.press('Control+Shift+H');
  await history(anna).getByText('The first version is kept when there is more to compare.').waitFor();
  await typeAtEnd(anna, 'New text.');
  await history(anna).locator('.history-line', { hasText: 'Kept here' }).waitFor();
  await typeAtEnd(anna, ' And the end.');
  await whenSaved(anna);
  await anna.getByRole('button', { name: 'All documents' }).click();
  await anna.locator('.document-open').click();
  await whenSaved(anna);
  const left = history(anna).locator('.history-line', { hasText: 'As left here' });
  await history(anna).waitFor();
  await left.getByText(/^\+\d+ characters$/).waitFor();
  expect(await faultsEverywhere(anna)).toEqual([]);
});
