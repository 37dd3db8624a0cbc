import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { Spelling } from '../../main/bridge.ts';
import { openAsDesktop } from './desktop-stand-in.ts';
import { roomOfThisFile } from './file-room.ts';
import { faultsEverywhere } from './screen-faults.ts';
import { newDocument } from './web-people.ts';

const room = roomOfThisFile();

/** The menu of a document in a desktop app that checks spelling like this. */
async function menu(spelling: Spelling): Promise<Page> {
  const relay = { state: 'running', url: room.relay.url, networkUrls: [], networkOpen: false } as const;
  const page = await openAsDesktop(room, { relay, network: [], spelling });
  await newDocument(page);
  await page.getByRole('button', { name: 'More', exact: true }).click();
  return page;
}

const line = (page: Page) => page.getByRole('menuitemcheckbox', { name: 'Check spelling' });

it('a switch that can check nothing says why, and does nothing', async () => {
  const page = await menu({ isChecked: false, missing: ['de', 'fr'] });
  await line(page)
    .getByText('No dictionary for German and French. Install the one of Hunspell, then start Inkroom again.')
    .waitFor();
  expect(await line(page).getAttribute('aria-checked')).toBe('false');
  expect(await line(page).getAttribute('aria-disabled')).toBe('true');
  expect(await faultsEverywhere(page)).toEqual([]);
  await line(page).focus();
  await page.keyboard.press('Enter');
  expect(await line(page).getAttribute('aria-checked')).toBe('false');
  await page.keyboard.press('Escape');
  await line(page).waitFor({ state: 'detached' });
  await page.close();
});

it('a switch that checks one of two languages works, and says which one it does not', async () => {
  const page = await menu({ isChecked: true, missing: ['de'] });
  await line(page)
    .getByText(/^No dictionary for German\./)
    .waitFor();
  expect(await line(page).getAttribute('aria-checked')).toBe('true');
  await line(page).click();
  await page.locator('.cm-content[spellcheck="false"]').waitFor();
  await page.close();
});
