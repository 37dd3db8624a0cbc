import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../app/wait-for.ts';
import { roomOfThisFile } from './file-room.ts';
import {
  documentIdOf,
  insertAtEnd,
  newDocument,
  openById,
  openWebRoom,
  typeAtEnd,
  untilText,
  whenSaved,
} from './web-people.ts';

const room = roomOfThisFile();
let anna: Page;
let boris: Page;

beforeEach(async () => {
  anna = await room.person({ name: 'Anna Karlsson', color: 'Purple' });
  boris = await room.person({ name: 'Boris', color: 'Teal' });
});

async function shared(page: Page, access: 'Can edit' | 'Can only read', what: string): Promise<string> {
  const share = page.getByRole('button', { name: 'Share', exact: true });
  await share.click();
  const panel = page.getByRole('dialog', { name: 'Share' });
  await panel.waitFor();
  const choice = panel.getByRole('radio', { name: access });
  if ((await choice.count()) > 0) await choice.check();
  await panel.getByRole('button', { name: `Copy: ${what}` }).click();
  await panel.getByRole('status').getByText(`Copied: ${what}`).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(await panel.getByLabel(what, { exact: true }).inputValue()).toBe(copied);
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
  expect(await share.evaluate((button) => button === document.activeElement)).toBe(true);
  return copied;
}

describe('two people in the web client', () => {
  it('[G3] write one text, see each other by name, and leave', async () => {
    const id = await newDocument(anna);
    await typeAtEnd(anna, 'Hello from Anna.');
    await openById(boris, id);
    await untilText(boris, 'Hello from Anna.');
    await typeAtEnd(boris, ' And Boris.');
    await untilText(anna, 'Hello from Anna. And Boris.');
    await anna
      .locator('.remote-caret.person-1 .remote-flag', { hasText: 'Boris' })
      .waitFor({ state: 'attached' });
    await boris
      .locator('.remote-caret.person-2 .remote-flag', { hasText: 'Anna Karlsson' })
      .waitFor({ state: 'attached' });
    await anna.getByRole('button', { name: '2 people here: Anna Karlsson (you), Boris' }).waitFor();

    await boris.getByRole('button', { name: 'All documents' }).click();
    await anna.getByRole('button', { name: '1 person here: Anna Karlsson (you)' }).waitFor();
    await anna.locator('.remote-caret').waitFor({ state: 'detached' });
  });

  it('a new name and colour show at once, at the cursor and among the people', async () => {
    const id = await newDocument(anna);
    await openById(boris, id);
    await typeAtEnd(boris, 'b');
    await anna.locator('.remote-flag', { hasText: 'Boris' }).waitFor({ state: 'attached' });
    const other = await boris.context().newPage();
    await other.goto(room.relay.url);
    await other.getByRole('button', { name: /^You are Boris/ }).click();
    await other.getByLabel('Your name').fill('Boris K');
    await other.getByRole('radio', { name: 'Pink' }).check();
    await anna
      .locator('.remote-caret.person-5 .remote-flag', { hasText: 'Boris K' })
      .waitFor({ state: 'attached' });
  });

  it('undo takes back only one’s own edits', async () => {
    const id = await newDocument(anna);
    await insertAtEnd(anna, 'anna');
    await openById(boris, id);
    await untilText(boris, 'anna');
    await insertAtEnd(boris, ' boris');
    await untilText(anna, 'anna boris');
    await anna.locator('.cm-content').focus();
    await anna.keyboard.press('Control+z');
    await untilText(anna, ' boris');
    await anna.keyboard.press('Control+z');
    await anna.keyboard.press('Control+Shift+Z');
    await untilText(anna, 'anna boris');
    await boris.locator('.cm-content').focus();
    await boris.keyboard.press('Control+z');
    await untilText(boris, 'anna');
    await untilText(anna, 'anna');
  });

  it('the title is shared, and Enter in it goes on to the text', async () => {
    const id = await newDocument(anna);
    await openById(boris, id);
    const title = anna.getByLabel('Title');
    await title.fill('Harbour');
    await title.press('Enter');
    await anna.keyboard.type('text');
    await untilText(anna, 'text');
    await waitFor(
      'the title at Boris',
      async () => (await boris.getByLabel('Title').inputValue()) === 'Harbour',
    );
    expect(await boris.title()).toBe('Harbour – Inkroom');
    await boris.getByLabel('Title').fill('Not this');
    await boris.getByLabel('Title').press('Escape');
    expect(await boris.getByLabel('Title').inputValue()).toBe('Harbour');
    await boris.getByRole('button', { name: 'All documents' }).click();
    await boris.getByRole('button', { name: /^Harbour/ }).waitFor();
  });

  it('[G2] a title is in the document with every letter, and still there after a reload, a way back or the page’s end', async () => {
    const id = await newDocument(anna);
    await openById(boris, id);
    const isShown = (page: Page, wanted: string) =>
      waitFor(
        `the title ${wanted}`,
        async () => (await page.getByLabel('Title').inputValue().catch(String)) === wanted,
      );
    /** The window's own title comes from the document: without waiting, so that a delay would be seen. */
    const give = async (title: string) => {
      await anna.getByLabel('Title').fill(title);
      expect(await anna.title()).toBe(`${title} – Inkroom`);
      await isShown(boris, title);
    };
    await give('Reloaded');
    await anna.reload();
    await isShown(anna, 'Reloaded');

    await give('Left');
    await anna.evaluate(() => history.back());
    await anna.getByRole('button', { name: /^Left/ }).click();
    await isShown(anna, 'Left');

    await give('Closed');
    await anna.close();
    const again = await anna.context().newPage();
    await again.goto(`${room.relay.url}/#${id}`);
    await isShown(again, 'Closed');
  });

  it('a title that someone else gives meanwhile shows, and leaves the caret where it is', async () => {
    const id = await newDocument(anna);
    await openById(boris, id);
    const title = anna.getByLabel('Title');
    await title.fill('Harbour');
    for (const _letter of 'our') await title.press('ArrowLeft');
    const caret = () => title.evaluate((input) => input instanceof HTMLInputElement && input.selectionStart);
    expect(await caret()).toBe(4);
    await waitFor('the title', async () => (await boris.getByLabel('Title').inputValue()) === 'Harbour');
    await boris.getByLabel('Title').fill('Harbour board');
    await waitFor('the new title', async () => (await title.inputValue()) === 'Harbour board');
    expect(await caret()).toBe(4);
    await boris.getByLabel('Title').fill('The Harbour board');
    await waitFor('the third title', async () => (await title.inputValue()) === 'The Harbour board');
    expect(await caret()).toBe(8);
    await anna.keyboard.type('s ');
    await waitFor(
      'the letters in their place',
      async () => (await boris.getByLabel('Title').inputValue()) === 'The Harbs our board',
      { seen: () => boris.getByLabel('Title').inputValue() },
    );
  });

  it('pasted line ends become one, and both copies agree', async () => {
    const id = await newDocument(anna);
    await openById(boris, id);
    await anna.locator('.cm-content').focus();
    await anna.evaluate(() => {
      const data = new DataTransfer();
      data.setData('text/plain', 'one\r\ntwo\rthree\n');
      document.activeElement?.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
      );
    });
    await typeAtEnd(anna, 'end');
    await untilText(anna, 'one\ntwo\nthree\nend');
    await untilText(boris, 'one\ntwo\nthree\nend');
  });
});

describe('sharing', () => {
  it('[G6] gives an ID and links for editing and for reading; a viewer reads and cannot write', async () => {
    const id = await newDocument(anna);
    await typeAtEnd(anna, 'Read me.');
    await whenSaved(anna);
    expect(await shared(anna, 'Can edit', 'Document ID')).toBe(id);
    expect(await shared(anna, 'Can edit', 'Link for a browser')).toBe(`${room.relay.url}/#${id}`);
    expect(await shared(anna, 'Can edit', 'Link for the app')).toBe(
      `inkroom://${new URL(room.relay.url).host}/${id}?plain`,
    );
    const viewId = await shared(anna, 'Can only read', 'Document ID');
    expect(viewId).toMatch(/^v/);

    await openById(boris, viewId);
    await untilText(boris, 'Read me.');
    await boris.getByText('View only').waitFor();
    const text = boris.locator('.cm-content');
    expect(await text.getAttribute('contenteditable')).toBe('false');
    expect(await text.getAttribute('aria-readonly')).toBe('true');
    await typeAtEnd(boris, 'No.');
    await boris.keyboard.press('Control+b');
    expect(await boris.getByLabel('Title').count()).toBe(0);
    expect(await shared(boris, 'Can only read', 'Document ID')).toBe(viewId);
    await boris.getByRole('button', { name: 'Share', exact: true }).click();
    expect(await boris.getByRole('dialog').textContent()).not.toContain('Can edit');
    await boris.keyboard.press('Escape');
    await typeAtEnd(anna, ' Still.');
    await untilText(boris, 'Read me. Still.');

    await boris.getByRole('button', { name: 'All documents' }).click();
    await boris.locator('.document', { hasText: 'View only' }).waitFor();
  });

  it('an app link pasted into the library opens the document; so does a browser link typed as an address', async () => {
    const id = await newDocument(anna);
    await typeAtEnd(anna, 'Linked.');
    await whenSaved(anna);
    await openById(boris, `inkroom://${new URL(room.relay.url).host}/${id}?plain`);
    await untilText(boris, 'Linked.');
    const carol = await room.person({ name: '' });
    await carol.goto(`${room.relay.url}/#${id}`);
    await untilText(carol, 'Linked.');
    await carol.getByRole('form', { name: 'Welcome to Inkroom' }).waitFor();
  });
});

describe('IDs that lead nowhere', () => {
  it('a mistyped one is said to be mistyped, stays in the field and makes nothing', async () => {
    const id = await newDocument(anna);
    const mistyped = id.slice(0, 8) + (id[8] === 'x' ? 'y' : 'x') + id.slice(9);
    const field = boris.getByLabel('Paste a document ID or link to open it');
    await field.fill(mistyped);
    await field.press('Enter');
    await boris.getByRole('alert').getByText('This document ID has a typing error.').waitFor();
    expect(await field.inputValue()).toBe(mistyped);
    expect(documentIdOf(boris)).toBe('');
    await field.fill('hello');
    await field.press('Enter');
    await boris.getByRole('alert').getByText('This is not a document ID or link.').waitFor();
    await boris.goto(`${room.relay.url}/#${mistyped}`);
    await boris.getByRole('alert').getByText('This document ID has a typing error.').waitFor();
    await boris.getByText('No documents yet').waitFor();
  });

  it('an unknown one is said to be unknown; nothing is made or listed, and there is a way back', async () => {
    const elsewhere = await openWebRoom();
    try {
      const carol = await elsewhere.person({ name: 'Carol' });
      const id = await newDocument(carol);
      const host = new URL(room.relay.url).host;
      for (const _twice of [1, 2]) {
        await boris.getByLabel('Paste a document ID or link to open it').fill(id);
        await boris.getByRole('button', { name: 'Open', exact: true }).click();
        await boris.getByRole('alert').getByText(`No such document on ${host}`).waitFor();
        expect(await boris.locator('.cm-content').count()).toBe(0);
        await boris.getByRole('button', { name: 'All documents' }).click();
        await boris.getByText('No documents yet').waitFor();
      }
    } finally {
      await elsewhere.close();
    }
  });
});
