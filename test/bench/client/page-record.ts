import type { Page } from 'playwright-core';

/** What a page has noted of itself; times in ms since its navigation. */
export interface PageRecord {
  /** Tasks over 50 ms. */
  readonly longTasks: readonly { readonly atMs: number; readonly ms: number }[];
  /** For each key: from the press, as the browser dates it, until a frame with its letter has been painted. */
  readonly keyToPaintMs: readonly number[];
  /** When a line of text was first painted. */
  readonly textAtMs: number | undefined;
  /** When the status first said that everything is received and saved. */
  readonly savedAtMs: number | undefined;
  readonly nowMs: number;
}

type Noted = { -readonly [Field in keyof PageRecord]: PageRecord[Field] };

declare global {
  interface Window {
    noted: Noted & { readonly longTasks: object[]; readonly keyToPaintMs: number[] };
  }
}

/** Notes what a page does from its navigation on. Before `goto`. */
export async function recordPage(page: Pick<Page, 'addInitScript'>): Promise<void> {
  // The program that runs TypeScript wraps named functions in a call of this, which the page does not have.
  await page.addInitScript({ content: 'globalThis.__name = (named) => named;' });
  await page.addInitScript(() => {
    const noted: Window['noted'] = {
      longTasks: [],
      keyToPaintMs: [],
      textAtMs: undefined,
      savedAtMs: undefined,
      nowMs: 0,
    };
    window.noted = noted;
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries())
        noted.longTasks.push({ atMs: startTime, ms: duration });
    }).observe({ type: 'longtask', buffered: true });
    const afterPaint = (note: () => void) =>
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = note;
        port2.postMessage(null);
      });
    window.addEventListener(
      'keydown',
      ({ timeStamp }) => afterPaint(() => noted.keyToPaintMs.push(performance.now() - timeStamp)),
      { capture: true },
    );
    const look = () => {
      if (noted.textAtMs === undefined && document.querySelector('.cm-line')?.textContent)
        afterPaint(() => {
          noted.textAtMs ??= performance.now();
        });
      if (document.querySelector('.status[data-saved="true"]')) noted.savedAtMs ??= performance.now();
      if (noted.textAtMs === undefined || noted.savedAtMs === undefined) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}

/** Forgets tasks and keys noted so far. */
export async function forgetRecord(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.noted.longTasks.length = 0;
    window.noted.keyToPaintMs.length = 0;
  });
}

/** What the page has noted. */
export function recordOf(page: Page): Promise<PageRecord> {
  return page.evaluate(() => ({ ...window.noted, nowMs: performance.now() }));
}

/** Characters of the text that the editor holds. */
export function textLength(page: Page): Promise<number> {
  return page.evaluate(() => {
    // What `EditorView.findFromDOM` reads; the page does not give the view out.
    type Tile = {
      readonly root?: { readonly view?: { readonly state: { readonly doc: { length: number } } } };
    };
    const content: (Element & { readonly cmTile?: Tile }) | null = document.querySelector('.cm-content');
    return content?.cmTile?.root?.view?.state.doc.length ?? -1;
  });
}

/** Gives the ms of work that the page's main thread has done since this was called. */
export async function measureBusy(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const busyMs = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
  };
  const atStart = await busyMs();
  return async () => (await busyMs()) - atStart;
}
