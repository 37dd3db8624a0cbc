import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { journalFence } from '../app/journal-fence.ts';
import { waitFor } from '../app/wait-for.ts';
import { roomOfThisFile } from './file-room.ts';
import { newDocument, openById, shownText, typeAtEnd, whenSaved } from './web-people.ts';

const room = roomOfThisFile();

/** Rows that wait in the journals of this browser profile. */
function waitingRows(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const answer = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    let rows = 0;
    for (const { name = '' } of await indexedDB.databases()) {
      if (!name.startsWith('inkroom-document-')) continue;
      const database = await answer(indexedDB.open(name));
      rows += await answer(database.transaction('outbox').objectStore('outbox').count());
      database.close();
    }
    return rows;
  });
}

/** Another tab of the same profile on the same document. */
async function tabBeside(page: Page): Promise<Page> {
  const tab = await page.context().newPage();
  await tab.goto(page.url());
  await whenSaved(tab);
  return tab;
}

/** Waits until all are saved and show one text, and gives it. */
async function settledText(...pages: readonly Page[]): Promise<string> {
  for (const page of pages) await whenSaved(page);
  const texts = () => Promise.all(pages.map(shownText));
  await waitFor('one text', async () => new Set(await texts()).size === 1, { seen: texts });
  return (await texts())[0] ?? '';
}

/** The tab is gone from one moment to the next, as when its process is killed. */
async function crash(page: Page): Promise<void> {
  const crashed = page.waitForEvent('crash');
  const session = await page.context().newCDPSession(page);
  void session.send('Page.crash').catch(() => {});
  await crashed;
  await page.close();
}

describe('two browser tabs on one document and one journal', () => {
  it('[G2] [G3] one is killed and one is closed with unsent edits, and nothing is lost or there twice', async () => {
    const left = await room.person({ name: 'Anna Karlsson' });
    const id = await newDocument(left);
    const reader = await room.person({ name: 'Boris' });
    await openById(reader, id);
    const right = await tabBeside(left);
    await typeAtEnd(left, '<left live>');
    await typeAtEnd(right, '<right live>');
    await settledText(left, right, reader);

    await room.killRelay();
    for (const tab of [left, right]) await tab.locator('.status[data-status="offline"]').waitFor();
    await typeAtEnd(left, '<left unsent>');
    await journalFence(left);
    await crash(left);
    const waiting = await waitingRows(right);
    expect(waiting).toBeGreaterThan(0);
    await typeAtEnd(right, '<right unsent>');
    await journalFence(right);
    expect(await waitingRows(right), 'both have something that waits').toBeGreaterThan(waiting);
    await typeAtEnd(reader, '<reader>');
    await room.restartRelay();
    await settledText(right, reader);
    await typeAtEnd(right, '<right once more>');
    const again = await tabBeside(right);
    await right.close();
    await typeAtEnd(again, '<again>');

    const text = await settledText(again, reader);
    for (const token of [
      '<left live>',
      '<right live>',
      '<left unsent>',
      '<right unsent>',
      '<reader>',
      '<right once more>',
      '<again>',
    ])
      expect(text.split(token), `${token} in ${text}`).toHaveLength(2);
    await waitFor('the outbox to be empty', async () => (await waitingRows(again)) === 0, {
      seen: () => waitingRows(again),
    });
  });
});
