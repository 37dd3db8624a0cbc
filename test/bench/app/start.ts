import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { introduce } from '../../app/document-page.ts';
import { cleanUp, ElectronApp, newHome } from '../../app/electron-app.ts';
import { waitFor } from '../../app/wait-for.ts';
import type { LongDocument } from '../client/long-documents.ts';
import { recordOf, textLength } from '../client/page-record.ts';
import { openInApp, relayWith, withApps } from './bench-apps.ts';

/** From the start of the program until the library can be used, in ms. */
export interface StartRun {
  readonly firstMs: number;
  readonly laterMs: number;
}

/** From the click until the text is painted, in ms. */
export interface OpenRun {
  readonly fromRelayMs: number;
  readonly fromJournalMs: number;
}

/** Starts the app for the first time on a computer, and again. */
export async function measureStart(): Promise<StartRun> {
  const home = await newHome();
  try {
    const first = await startMs(home);
    await introduce(first.app, 'Mira');
    await first.app.quit();
    const later = await startMs(home);
    await later.app.quit();
    return { firstMs: first.ms, laterMs: later.ms };
  } finally {
    await cleanUp(home);
  }
}

async function startMs(home: string): Promise<{ app: ElectronApp; ms: number }> {
  const startedMs = performance.now();
  const app = await ElectronApp.start(home, 'mira');
  const library = await app.library();
  await library.getByRole('button', { name: 'New document' }).click({ trial: true });
  await library.evaluate(() => new Promise((drawn) => requestAnimationFrame(drawn)));
  return { app, ms: performance.now() - startedMs };
}

/** Opens a document by its link, and later by its row in the library. */
export async function measureOpening({ updates, text }: LongDocument): Promise<OpenRun> {
  const bench = await relayWith(updates);
  try {
    return await withApps(['mira'], async ([app]) => {
      if (app === undefined) throw new Error('no app was started');
      const library = await app.library();
      await noteClicks(library);
      const { port } = bench.relay;
      const field = library.getByPlaceholder('Paste a document ID or link');
      await field.fill(`inkroom://127.0.0.1:${port}/${bench.documentId}?plain`);
      await library.getByRole('button', { name: 'Open', exact: true }).click();
      const fromRelayMs = await clickToText(app, library, bench.documentId, text.length);
      const opened = await openInApp(app, bench);
      // The journal is made short when nobody writes for a while.
      await delay(7000);
      await opened.close();
      await waitFor('the window to be closed', () => app.urls().length === 1);
      await library.locator('.document-open').first().click();
      const fromJournalMs = await clickToText(app, library, bench.documentId, text.length);
      return { fromRelayMs, fromJournalMs };
    });
  } finally {
    await bench.close();
  }
}

async function noteClicks(library: Page): Promise<void> {
  await library.evaluate(() => {
    window.addEventListener(
      'click',
      ({ timeStamp }) => {
        window.clickedAtMs = performance.timeOrigin + timeStamp;
      },
      { capture: true },
    );
  });
}

declare global {
  interface Window {
    /** Of the last click, ms since 1970. */
    clickedAtMs?: number;
  }
}

async function clickToText(
  app: ElectronApp,
  library: Page,
  documentId: string,
  length: number,
): Promise<number> {
  const page = await app.documentWindow(documentId);
  const painted = await waitFor('the whole text', async () => {
    if ((await textLength(page)) < length) return undefined;
    return (await recordOf(page)).textAtMs;
  });
  const originMs = await page.evaluate(() => performance.timeOrigin);
  const clickedMs = (await library.evaluate(() => window.clickedAtMs)) ?? Number.NaN;
  return originMs + painted - clickedMs;
}
