import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { openDocument, type Provider } from '../sync/node.ts';
import { whenSaved } from '../test/renderer/web-people.ts';
import { inProject } from './places.ts';

/** Where the pictures are. */
export const pictureFolder = inProject('docs', 'screenshots');

/** What the people in most pictures write. */
export const letterTitle = 'Letter to the harbour board';
export const letter = `# Letter to the harbour board

The ferry has been late on nineteen of the last thirty mornings. We kept a log: the mean delay is eleven minutes, and it is always the 7:40, the one that the school children take.

## What changed this spring

Until March two crews shared the early shift. Since the **new timetable** one crew does both crossings, and any delay on the first carries over to the second.

- the spare boat is in dry dock until June
- the ticket machine on the north quay needs a restart most mornings
- nobody tells passengers anything

## What we ask for

A second crew from 7 to 9, on school days only.`;

/** Takes what a page shows in both themes; `before` brings back what fades, before each. */
export async function picture(
  page: Page,
  name: string,
  before: () => Promise<unknown> = async () => {},
): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await page.mouse.move(640, 600);
    await page.evaluate(() => document.fonts.ready);
    await before();
    await page.evaluate(
      () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
    );
    await page.screenshot({ path: join(pictureFolder, `${name}-${theme}.png`) });
  }
}

export async function entitle(page: Page, title: string): Promise<void> {
  await page.getByLabel('Title').fill(title);
  await page.getByLabel('Title').press('Enter');
  await page.waitForFunction((wanted) => document.title.startsWith(wanted), title);
  await whenSaved(page);
}

/** Turns switches of the ⋯ menu on or off. */
export async function menu(page: Page, ...labels: readonly string[]): Promise<void> {
  for (const name of labels) {
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitemcheckbox', { name }).click();
  }
}

export async function back(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'All documents' }).click();
  await page.getByRole('heading', { name: 'Documents' }).waitFor();
}

export async function paste(page: Page, text: string): Promise<void> {
  await page.locator('.cm-content').focus();
  await page.evaluate((pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
    document.activeElement?.dispatchEvent(event);
  }, text);
}

/** Selects some words as a person does who looks for them. */
export async function select(page: Page, words: string): Promise<void> {
  await page.locator('.cm-content').focus();
  await page.keyboard.press('Control+f');
  await page.getByLabel('Find', { exact: true }).fill(words);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
}

/** Moves the end of the selection to and fro, so that the name shows at it again. */
export async function nudge(page: Page): Promise<void> {
  await page.locator('.cm-content').focus();
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('Shift+ArrowRight');
}

/** Someone who is in a document by the library of the Node client, without a window. */
export async function joinBy(
  relayUrl: string,
  document: string,
  name: string,
  color: number,
): Promise<Provider> {
  const other = await openDocument({ document, relayUrl, name });
  other.setUser({ name, color });
  await other.whenLive();
  return other;
}
