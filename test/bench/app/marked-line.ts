import type { Page } from 'playwright-core';

/** The first line of a measured text starts so; what is typed behind it is what is measured. */
export const mark = '@@';

declare global {
  interface Window {
    /** When each letter behind the mark was painted, ms since 1970, and when each key was pressed. */
    letters: { readonly paintedMs: number[]; readonly pressedMs: number[]; known: number };
  }
}

/** Notes from now on when letters behind the mark are painted and when keys are pressed. */
export async function watchMarkedLine(page: Page): Promise<void> {
  await page.evaluate((mark) => {
    const letters: Window['letters'] = { paintedMs: [], pressedMs: [], known: -1 };
    window.letters = letters;
    const count = () => {
      const line = document.querySelector('.cm-line');
      if (line === null) return -1;
      const text = (line.textContent ?? '').replace(/\u200b/g, '');
      return text.startsWith(mark) ? text.length - mark.length : -1;
    };
    const look = () => {
      if (window.letters !== letters) return;
      const now = count();
      const fresh = letters.known < 0 ? 0 : now - letters.known;
      letters.known = Math.max(now, letters.known);
      if (fresh > 0) {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          const paintedMs = performance.timeOrigin + performance.now();
          for (let letter = 0; letter < fresh; letter++) letters.paintedMs.push(paintedMs);
        };
        port2.postMessage(null);
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    window.addEventListener(
      'keydown',
      ({ timeStamp }) => letters.pressedMs.push(performance.timeOrigin + timeStamp),
      { capture: true },
    );
  }, mark);
  await page.waitForFunction(() => window.letters.known >= 0);
}

/** What has been noted. */
export function lettersOf(page: Page): Promise<Window['letters']> {
  return page.evaluate(() => window.letters);
}
