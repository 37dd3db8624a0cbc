import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type * as Y from 'yjs';
import { formatDocumentId, newDocumentSecret } from '../sync/document-id.ts';
import { openDocument } from '../sync/node.ts';
import { untilVersion } from '../test/renderer/relay-versions.ts';
import {
  introduce,
  newDocument,
  openById,
  openWebRoom,
  typeAtEnd,
  whenSaved,
} from '../test/renderer/web-people.ts';
import { buildDist } from './build.ts';
import { inProject } from './places.ts';

/** Makes the pictures of docs/screenshots from the running web client and a real relay, in both themes. */
const folder = inProject('docs', 'screenshots');
const letter = `# Letter to the harbour board

The ferry has been late on nineteen of the last thirty mornings. We kept a log: the mean delay is eleven minutes, and it is always the 7:40, the one that the school children take.

## What changed this spring

Until March two crews shared the early shift. Since the **new timetable** one crew does both crossings, and any delay on the first carries over to the second.

- the spare boat is in dry dock until June
- the ticket machine on the north quay needs a restart most mornings
- nobody tells passengers anything

## What we ask for

A second crew from 7 to 9, on school days only.`;

await buildDist();
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
const room = await openWebRoom(['--compact-after-bytes', '1KiB']);
try {
  const anna = await room.person({ name: '' });
  await anna.getByText('No documents yet').waitFor();
  await picture(anna, 'first-run');
  await introduce(anna, 'Anna Karlsson', 'Purple');
  for (const title of ['Winter reading list', 'Minutes, November']) {
    await newDocument(anna);
    await entitle(anna, title);
    await back(anna);
  }
  const id = await newDocument(anna);
  await entitle(anna, 'Letter to the harbour board');
  await paste(anna, letter);
  await whenSaved(anna);

  const jonas = await room.person({ name: 'Jonas Lind', color: 'Teal' });
  await openById(jonas, id);
  const mira = await room.person({ name: 'Mira Roos', color: 'Orange' });
  await openById(mira, id);
  await typeAtEnd(jonas, ' It costs less than one taxi a week.');
  await mira.getByText('one taxi a week.').waitFor();
  await typeAtEnd(mira, ' And someone who tells people what is going on.');
  await select(jonas, 'eleven minutes, and it is always the 7:40');
  await select(mira, 'carries over to the second');
  await anna.locator('.remote-selection').nth(1).waitFor();
  await picture(anna, 'editor', async () => {
    await nudge(jonas);
    await nudge(mira);
  });
  await anna.getByRole('button', { name: 'Share', exact: true }).click();
  await picture(anna, 'share');
  await anna.keyboard.press('Escape');

  await anna.locator('.cm-content').focus();
  await anna.keyboard.press('Control+Alt+a');
  await anna.locator('.cm-content .author').first().waitFor();
  await picture(anna, 'authors');
  await anna.keyboard.press('Control+Alt+a');
  await jonas.keyboard.press('Control+Alt+m');
  await jonas.keyboard.type('Is it? The 8:10 was late twice.');
  await jonas.keyboard.press('Control+Enter');
  await anna.getByRole('button', { name: 'Comments: 1 open' }).click();
  await anna.getByText('The 8:10 was late twice.').waitFor();
  await picture(anna, 'comments');
  await anna.keyboard.press('Escape');
  await menu(anna, 'Outline', 'Preview');
  await anna.frameLocator('.preview-frame').getByRole('heading', { name: 'What we ask for' }).waitFor();
  await picture(anna, 'preview');
  await menu(anna, 'Outline', 'Preview');

  const helper = await openDocument({ document: id, relayUrl: room.relay.url, name: 'Jonas Lind' });
  await helper.whenLive();
  await untilVersion(helper);
  rewrite(helper.text, 'nineteen', 'twenty');
  rewrite(helper.text, 'until June', 'until the end of June');
  await untilVersion(helper);
  await helper.close();
  await anna.getByRole('button', { name: 'History', exact: true }).click();
  await anna
    .locator('.history-line', { hasText: /As opened here|Kept here/ })
    .first()
    .click();
  await anna.locator('.cm-changedText').first().waitFor();
  await picture(anna, 'history');
  await anna.keyboard.press('Escape');
  await anna.keyboard.press('Escape');

  await room.killRelay();
  await anna.locator('.status[data-status="offline"]').waitFor();
  await typeAtEnd(anna, ' And a sign.');
  await anna.getByText(/safe on this computer$/).waitFor();
  await picture(anna, 'offline');
  await back(anna);
  await anna.getByText(/waiting to send$/).waitFor();
  await anna.locator('[data-reach="unreachable"]').waitFor();
  await picture(anna, 'library');

  await room.restartRelay();
  await anna.locator('[data-reach="ready"]').waitFor();
  await anna.getByRole('button', { name: /^You are/ }).click();
  await picture(anna, 'settings');
  await anna.keyboard.press('Escape');
  await anna.goto(`${room.relay.url}/#${formatDocumentId(newDocumentSecret())}`);
  await anna.getByText(/^No such document on/).waitFor();
  await picture(anna, 'refused');
} finally {
  await room.close();
}

async function picture(
  page: Page,
  name: string,
  before: () => Promise<void> = async () => {},
): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await page.mouse.move(640, 600);
    await page.evaluate(() => document.fonts.ready);
    await before();
    await page.evaluate(
      () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
    );
    await page.screenshot({ path: join(folder, `${name}-${theme}.png`) });
  }
}

async function entitle(page: Page, title: string): Promise<void> {
  await page.getByLabel('Title').fill(title);
  await page.getByLabel('Title').press('Enter');
  await page.waitForFunction((wanted) => document.title.startsWith(wanted), title);
  await whenSaved(page);
}

/** Turns switches of the ⋯ menu on or off. */
async function menu(page: Page, ...labels: readonly string[]): Promise<void> {
  for (const name of labels) {
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitemcheckbox', { name }).click();
  }
}

function rewrite(text: Y.Text, words: string, others: string): void {
  const at = text.toString().indexOf(words);
  text.delete(at, words.length);
  text.insert(at, others);
}

async function back(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'All documents' }).click();
  await page.getByRole('heading', { name: 'Documents' }).waitFor();
}

async function paste(page: Page, text: string): Promise<void> {
  await page.locator('.cm-content').focus();
  await page.evaluate((pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
    document.activeElement?.dispatchEvent(event);
  }, text);
}

/** Selects some words as a person does who looks for them. */
async function select(page: Page, words: string): Promise<void> {
  await page.locator('.cm-content').focus();
  await page.keyboard.press('Control+f');
  await page.getByLabel('Find', { exact: true }).fill(words);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
}

/** Moves the end of the selection to and fro, so that the name shows at it again. */
async function nudge(page: Page): Promise<void> {
  await page.locator('.cm-content').focus();
  await page.keyboard.press('Shift+ArrowLeft');
  await page.keyboard.press('Shift+ArrowRight');
}
