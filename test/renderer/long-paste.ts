import { randomBytes } from 'node:crypto';
import type { Page } from 'playwright-core';

const pastedBytes = 5 * 1024 * 1024;

/** 5 MB of words, in lines and paragraphs as prose has them, that do not deflate to nothing. Another text each time. */
export function longPaste(): string {
  const words = randomBytes(4_000_000)
    .toString('base64')
    .match(/.{1,6}/g);
  const after = (i: number) => (i % 120 === 119 ? '.\n\n' : i % 12 === 11 ? '\n' : ' ');
  return (words ?? [])
    .map((word, i) => word + after(i))
    .join('')
    .slice(0, pastedBytes);
}

/** Pastes as a person does: the text is on the clipboard, Ctrl+V. Gives the page's time in ms when it had been painted. */
export async function paste(page: Page, text: string): Promise<number> {
  await page.evaluate((content) => navigator.clipboard.writeText(content), text);
  await page.locator('.cm-content').focus();
  await page.keyboard.press('Control+V');
  return page.evaluate(
    () =>
      new Promise<number>((resolve) =>
        requestAnimationFrame(() => setTimeout(() => resolve(performance.now()))),
      ),
  );
}

/** Whether the page shows how much of the text is sent. */
export async function isSending(page: Page): Promise<boolean> {
  return /%/.test((await page.locator('.status').textContent()) ?? '');
}
