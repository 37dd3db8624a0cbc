import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../app/wait-for.ts';
import { roomOfThisFile } from './file-room.ts';
import { faultsEverywhere } from './screen-faults.ts';
import { newDocument, openById, typeAtEnd, whenSaved } from './web-people.ts';

const room = roomOfThisFile();
let anna: Page;
let boris: Page;

beforeAll(async () => {
  anna = await room.person({ name: 'Anna', color: 'Purple' });
  boris = await room.person({ name: 'Boris', color: 'Teal' });
  const id = await newDocument(anna);
  await typeAtEnd(anna, 'Ferries leave at seven.');
  await anna.keyboard.press('Control+a');
  await anna.keyboard.press('Control+Alt+m');
  await anna.getByLabel('Write a comment').fill('Also on Sundays?');
  await anna.keyboard.press('Control+Enter');
  await whenSaved(anna);
  await openById(boris, id);
  await boris.keyboard.press('Control+Alt+a');
});

const ownPanel = (page: Page): Locator => page.getByRole('dialog', { name: 'Your name and colour' });

/** Changes the name in the panel that is open, and closes it. */
async function rename(page: Page, name: string): Promise<void> {
  await ownPanel(page).getByLabel('Your name').fill(name);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await ownPanel(page).waitFor({ state: 'detached' });
}

/** Waits until the other person sees this name in the legend, at the comment and in the history, and no other. */
async function untilKnownAs(name: string): Promise<void> {
  await boris.locator('.author-entry', { hasText: new RegExp(`^${name}$`) }).waitFor();
  await openPanel('Comments');
  await boris.locator('.said .person-name', { hasText: new RegExp(`^${name}$`) }).waitFor();
  await openPanel('History');
  const writers = () => boris.locator('.history-who').allInnerTexts();
  await waitFor(
    `${name} in the history`,
    async () => {
      const shown = await writers();
      return shown.length > 0 && shown.every((who) => who === name);
    },
    { seen: writers, deadlineMs: 90_000 },
  );
}

async function openPanel(name: 'Comments' | 'History'): Promise<void> {
  const panel = boris.getByRole('complementary', { name });
  if (!(await panel.isVisible())) {
    await boris.getByRole('button', { name: 'More' }).click();
    await boris.getByRole('menuitemcheckbox', { name: new RegExp(`^${name}`) }).click();
  }
  await panel.waitFor();
}

describe('another name shows at the other person, though nothing is written under it', () => {
  it('when it is taken in the document, from the own avatar', async () => {
    await untilKnownAs('Anna');
    await anna.reload();
    await whenSaved(anna);
    await anna.locator('.people').getByRole('button', { name: 'Your name and colour' }).click();
    expect(await faultsEverywhere(anna)).toEqual([]);
    await rename(anna, 'Anna Karlsson');
    await untilKnownAs('Anna Karlsson');
  });

  it('when it is taken from the list of people, or from the menu by keys', async () => {
    await anna.getByRole('button', { name: /^2 people here/ }).click();
    await anna.locator('.person-row', { hasText: '(you)' }).click();
    await rename(anna, 'Anna K.');
    await untilKnownAs('Anna K.');
    await anna.getByRole('button', { name: 'More' }).focus();
    await anna.keyboard.press('Enter');
    await anna.getByRole('menuitem', { name: 'Your name and colour' }).press('Enter');
    await rename(anna, 'Anna Lind');
    expect(
      await anna
        .getByRole('button', { name: 'More' })
        .evaluate((button) => button === document.activeElement),
    ).toBe(true);
    await untilKnownAs('Anna Lind');
  });

  it('when it was taken while the document was closed, at the next opening', async () => {
    await anna.getByRole('button', { name: 'All documents' }).click();
    await anna.getByRole('button', { name: /^You are/ }).click();
    await anna.getByLabel('Your name').fill('Anna Berg');
    await anna.keyboard.press('Enter');
    await anna.keyboard.press('Escape');
    await anna.locator('.document-open').click();
    await whenSaved(anna);
    await untilKnownAs('Anna Berg');
  });
});
