import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitFor } from '../app/wait-for.ts';
import {
  newDocument,
  openById,
  openWebRoom,
  typeAtEnd,
  untilText,
  type WebRoom,
  whenSaved,
} from './web-people.ts';

let room: WebRoom;

beforeAll(async () => {
  room = await openWebRoom();
});
afterAll(() => room?.close());

/** Why each version of the one document on this computer is kept, and how long its text is; looked up by any page of the person. */
async function kept(page: Page): Promise<readonly string[]> {
  return page.evaluate(async () => {
    const names = (await indexedDB.databases()).map(({ name }) => name ?? '');
    const name = names.find((one) => one.startsWith('inkroom-history-'));
    if (name === undefined) return [];
    const database = await new Promise<IDBDatabase>((opened, failed) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => opened(request.result);
      request.onerror = () => failed(request.error);
    });
    const rows = await new Promise<{ reason: string; fingerprint: string }[]>((read) => {
      const request = database.transaction('versions').objectStore('versions').getAll();
      request.onsuccess = () => read(request.result);
    });
    database.close();
    return rows.map(({ reason, fingerprint }) => `${reason} ${fingerprint.split('-')[0]}`);
  });
}

function untilKept(page: Page, version: string): Promise<unknown> {
  return waitFor(version, async () => (await kept(page)).includes(version), { seen: () => kept(page) });
}

/** Someone who has written a document for a while, and another page of theirs. */
async function someoneWriting() {
  const library = await room.person({ name: 'Anna' });
  const page = await library.context().newPage();
  await page.goto(library.url());
  const id = await newDocument(page);
  await page.locator('.cm-content').focus();
  // At once: what has rested for a while is kept.
  await page.keyboard.insertText('First.');
  await untilKept(page, 'meanwhile 6');
  await typeAtEnd(page, ' Second.');
  await whenSaved(page);
  return { library, page, id };
}

it('[C7] a tab that is closed keeps the document as it is left', async () => {
  const { library, page } = await someoneWriting();
  await page.close({ runBeforeUnload: true });
  await untilKept(library, 'closed 14');
  await library.bringToFront();
  await library.locator('.document-open').click();
  await whenSaved(library);
  await library.keyboard.press('Control+Shift+H');
  await library.locator('.history-line', { hasText: 'As left here' }).waitFor();
  expect((await kept(library)).filter((version) => version.endsWith(' 14'))).toEqual(['closed 14']);
  await library.context().close();
});

it('[C7] a tab that crashes has the document kept as it was left by the next opening, whatever others wrote meanwhile', async () => {
  const { library, page, id } = await someoneWriting();
  const crashed = page.waitForEvent('crash');
  await page.goto('chrome://crash').catch(() => undefined);
  await crashed;
  expect((await kept(library)).filter((version) => version.startsWith('closed'))).toEqual([]);
  const boris = await room.person({ name: 'Boris' });
  await openById(boris, id);
  await typeAtEnd(boris, ' Third.');
  await whenSaved(boris);
  await library.bringToFront();
  await library.locator('.document-open').click();
  await untilText(library, 'First. Second. Third.');
  await untilKept(library, 'closed 14');
});
