import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openDocument, type Provider } from '../../sync/node.ts';
import { waitFor } from '../app/wait-for.ts';
import { untilVersion } from './relay-versions.ts';
import { faultsEverywhere } from './screen-faults.ts';
import { newDocument, openWebRoom, shownText, untilText, type WebRoom, whenSaved } from './web-people.ts';

const letter = '# Letter\n\nThe ferry is late on nineteen mornings.\n\nWe ask for a second crew.\n';
const later = letter.replace('nineteen', 'thirty').replace('second', 'larger');

let room: WebRoom;
let page: Page;
let documentId: string;
let jonas: Provider;

beforeAll(async () => {
  room = await openWebRoom(['--compact-after-bytes', '1KiB']);
  page = await room.person({ name: 'Anna' });
  documentId = await newDocument(page);
});
afterAll(async () => {
  await jonas?.close();
  await room?.close();
});

afterEach(async () => {
  await room.restartRelay();
});

const panel = () => page.getByRole('complementary', { name: 'History' });
const lines = () => panel().locator('.history-line');
const difference = () => page.locator('.difference');
const restoreButton = () => page.getByRole('button', { name: 'Restore', exact: true });

/** Opens the version whose line says all of this. */
async function choose(...says: readonly string[]): Promise<void> {
  let line = lines();
  for (const words of says) line = line.filter({ hasText: words });
  await line.first().click();
  await difference().locator('.cm-editor').first().waitFor();
}

describe('history', () => {
  it('says that there is none yet, and opens by button, menu and keys', async () => {
    await page.getByRole('button', { name: 'History', exact: true }).click();
    await panel().getByText('The first version is kept when there is more to compare.').waitFor();
    expect(await lines().allInnerTexts()).toEqual(['Now']);
    expect(await faultsEverywhere(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await panel().waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitemcheckbox', { name: /^History/ }).click();
    await panel().waitFor();
    await page.keyboard.press('Control+Shift+H');
    await panel().waitFor({ state: 'detached' });
  });

  it('[C7] tells when, who and how much for each version of the relay, by day', async () => {
    jonas = await openDocument({ document: documentId, relayUrl: room.relay.url, name: 'Jonas Lind' });
    await jonas.whenLive();
    jonas.text.insert(0, letter);
    await untilVersion(jonas);
    const at = jonas.text.toString().indexOf('nineteen');
    jonas.doc.transact(() => {
      jonas.text.delete(at, 8);
      jonas.text.insert(at, 'thirty');
      const second = jonas.text.toString().indexOf('second');
      jonas.text.delete(second, 6);
      jonas.text.insert(second, 'larger');
    });
    await untilVersion(jonas);
    await untilText(page, later);
    await page.keyboard.press('Control+Shift+H');
    await panel().getByText(`+${letter.length} characters`).waitFor();
    await panel().getByText('+12 −14 characters').waitFor();
    await panel().getByRole('heading', { name: 'Today' }).waitFor();
    // What has changed since the newest version, and by whom, is found out one after the other.
    await lines()
      .first()
      .getByText(/^No change$/)
      .waitFor();
    const byJonas = lines().filter({ hasText: 'Jonas Lind' });
    await expect.poll(() => byJonas.count()).toBeGreaterThanOrEqual(2);
    expect(await lines().first().innerText()).toMatch(/^Now\n/);
    expect(await faultsEverywhere(page)).toEqual([]);
  });

  it('[C8] shows how a version differs from now, steps through it, and copies it whole or in part', async () => {
    await choose('Jonas Lind', `+${letter.length} characters`);
    await difference().getByText('2 changes').waitFor();
    const changed = (side: 'a' | 'b') =>
      difference().locator(`.cm-merge-${side} .cm-changedText`).allInnerTexts();
    await expect.poll(() => changed('a')).toEqual(['nineteen', 'second']);
    await expect.poll(() => changed('b')).toEqual(['thirty', 'larger']);
    await difference().getByRole('button', { name: 'Next change' }).click();
    await difference().getByText('1 of 2').waitFor();
    await difference().getByRole('button', { name: 'Previous change' }).click();
    await difference().getByText('2 of 2').waitFor();
    await difference().getByRole('button', { name: 'Copy this version' }).click();
    await difference().getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(letter);
    await difference().locator('.cm-merge-a .cm-changedText').first().dblclick();
    await difference().getByRole('button', { name: 'Copy selection' }).click();
    await difference().getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('nineteen');
    expect(await faultsEverywhere(page)).toEqual([]);
  });

  it('[G2] restores as one edit of few letters; what others wrote since the comparison is all there; undo takes it back', async () => {
    const removed: number[] = [];
    jonas.text.observe(({ transaction, delta }) => {
      if (!transaction.local) removed.push(...delta.map((step) => step.delete ?? 0));
    });
    let typed = 0;
    let typing = true;
    const type = async () => {
      while (typing) {
        typed += 1;
        const inside = jonas.text.toString().indexOf('mornings');
        jonas.text.insert(inside, `t${typed} `);
        await new Promise((next) => setImmediate(next));
        await jonas.whenSaved();
      }
    };
    const typist = type();
    await difference().getByText('Restoring keeps what is new.').waitFor();
    await restoreButton().click();
    await panel()
      .getByText(/^Restored: Today/)
      .waitFor();
    const typedBefore = typed;
    await waitFor('more to be typed after it', () => typed > typedBefore + 3);
    typing = false;
    await typist;
    const tokens = Array.from({ length: typed }, (_, i) => `t${i + 1} `).join('');
    const expected = letter.replace('mornings', `${tokens}mornings`);
    await untilText(page, expected);
    await waitFor('the others to have it', () => jonas.text.toString() === expected, {
      seen: () => jonas.text.toString(),
    });
    expect(removed.reduce((sum, n) => sum + n, 0)).toBeLessThan(30);
    await page.keyboard.press('Control+z');
    await untilText(page, later.replace('mornings', `${tokens}mornings`));
    await page.keyboard.press('Control+y');
    await untilText(page, expected);
  });

  it('is there offline as far as this computer has it, and says what is not', async () => {
    await whenSaved(page);
    await room.killRelay();
    await page.locator('.status[data-status="offline"]').waitFor();
    await panel()
      .getByText(/^Offline. Versions that only/)
      .waitFor();
    await panel().getByText('Before restoring').waitFor();
    await choose('Jonas Lind', `+${letter.length} characters`);
    await restoreButton().waitFor();
    expect(await faultsEverywhere(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await difference().waitFor({ state: 'detached' });
    // Another opening, with the page but without the relay: from this computer alone.
    await room.restartRelay();
    let isCut = true;
    await page.routeWebSocket(/socket\.io/, (socket) =>
      isCut ? void socket.close() : void socket.connectToServer(),
    );
    await page.route(/socket\.io/, (route) => (isCut ? route.abort() : route.continue()));
    await page.reload();
    await page.locator('.status[data-status="offline"]').waitFor();
    await page.locator('.cm-content').waitFor();
    await page.keyboard.press('Control+Shift+H');
    await choose('Jonas Lind', `+${letter.length} characters`);
    await restoreButton().click();
    await untilText(page, letter);
    isCut = false;
    await whenSaved(page);
  });

  it('a version that this computer does not have says so offline, and comes with the relay', async () => {
    const rita = await room.person({ name: 'Rita' });
    await rita.goto(`${room.relay.url}/#${documentId}`);
    await whenSaved(rita);
    await rita.keyboard.press('Control+Shift+H');
    const versions = rita.locator('.history-line');
    await versions.nth(1).waitFor();
    // What is read for the figures is kept here, too.
    const figures = rita.locator('.history-figures');
    await waitFor(
      'every version to be read',
      async () => (await figures.count()) === (await versions.count()),
      {
        seen: () => versions.allInnerTexts(),
      },
    );
    await rita.evaluate(async () => {
      for (const { name = '' } of await indexedDB.databases()) {
        if (!name.startsWith('inkroom-history-')) continue;
        await new Promise<void>((resolve, reject) => {
          const request = indexedDB.deleteDatabase(name);
          request.onsuccess = () => resolve();
          request.onerror = () => reject(request.error);
        });
      }
    });
    await room.killRelay();
    await rita.locator('.status[data-status="offline"]').waitFor();
    await rita.locator('.history-line').last().click();
    await rita.getByText(/^This version is not on this computer/).waitFor();
    expect(await faultsEverywhere(rita)).toEqual([]);
    await room.restartRelay();
    await whenSaved(rita);
    await rita.getByRole('button', { name: 'Try again' }).click();
    await rita.getByRole('button', { name: 'Restore', exact: true }).waitFor();
    await rita.close();
  });

  it('[C7] whoever may only read is told why there is none', async () => {
    const vera = await room.person({ name: 'Vera' });
    await vera.goto(`${room.relay.url}/#${jonas.keys.viewId}`);
    await whenSaved(vera);
    await vera.getByRole('button', { name: 'History', exact: true }).click();
    await vera.getByText('History is for people who can edit.').waitFor();
    expect(await vera.locator('.history-line').count()).toBe(0);
    expect(await shownText(vera)).toContain('Letter');
    expect(await faultsEverywhere(vera)).toEqual([]);
    await vera.close();
  });

  it('leaves nothing on this computer when its document is removed from it', async () => {
    await page.getByRole('button', { name: 'All documents' }).click();
    await page.getByRole('button', { name: /^Remove/ }).click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await waitFor('the databases of the document to be gone', () =>
      page.evaluate(async () =>
        (await indexedDB.databases()).every(({ name = '' }) => !/^inkroom-(history|document)-/.test(name)),
      ),
    );
  });
});
