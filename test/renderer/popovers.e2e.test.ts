import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { roomOfThisFile } from './file-room.ts';
import { newDocument } from './web-people.ts';

const room = roomOfThisFile();
let page: Page;

beforeAll(async () => {
  page = await room.person({ name: 'Anna Karlsson', color: 'Purple' });
});

/** Presses the button from the page itself and says whether what it draws has the focus in the very step in which it is drawn. */
function takesFocusAtOnce(opener: string, drawn: string): Promise<boolean> {
  return page.locator(opener).evaluate(
    (button, panel) =>
      new Promise<boolean>((answer) => {
        const observer = new MutationObserver(() => {
          const found = document.querySelector(panel);
          if (found === null) return;
          observer.disconnect();
          answer(found.contains(document.activeElement));
        });
        observer.observe(document.body, { childList: true, subtree: true });
        if (!(button instanceof HTMLElement)) return;
        button.focus();
        button.click();
      }),
    drawn,
  );
}

describe('what opens over the page has the focus before it is painted, so that no key goes astray', () => {
  it('settings, and the question before a removal, which gives it back at once', async () => {
    expect(await takesFocusAtOnce('.library-footer [aria-haspopup="dialog"]', '.popover')).toBe(true);
    await page.keyboard.press('Escape');
    await newDocument(page);
    await page.getByRole('button', { name: 'All documents' }).click();
    await page.locator('.document').waitFor();
    expect(await takesFocusAtOnce('.document .quiet-icon', '.document.asking')).toBe(true);
    expect(await takesFocusAtOnce('.document.asking button:last-child', '.document .quiet-icon')).toBe(true);
    await page.locator('.document-open').click();
    await page.locator('.cm-content').waitFor();
  });

  it.each([
    ['people', '.people-open', '.people-place'],
    ["one's own name", '.people .face', '.self-place'],
    ['sharing', '.share [aria-haspopup="dialog"]', '.share-place'],
    ['the menu', '[aria-haspopup="menu"]', '.menu'],
  ])('%s, closed by Escape at once', async (_what, opener, panel) => {
    expect(await takesFocusAtOnce(opener, panel)).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.locator(panel).count()).toBe(0);
    expect(await page.locator(opener).evaluate((button) => button === document.activeElement)).toBe(true);
  });
});
