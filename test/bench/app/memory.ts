import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type { EditorLike } from '../../app/document-page.ts';
import type { ElectronApp } from '../../app/electron-app.ts';
import { readPaperTrace } from '../../fixtures/paper-trace.ts';
import { openInApp, relayWith } from './bench-apps.ts';
import { markedProse } from './typing.ts';

/** Memory of a document's window, in MB. */
export interface Memory {
  readonly rssMb: number;
  readonly heapMb: number;
}

/** After a minute of work, and after an hour. */
export interface MemoryRun {
  readonly minute: Memory;
  readonly hour: Memory;
}

/** Edits of one person who writes without a pause. */
export const editsPerMinute = 100;
const batch = 20;

/** Replays an hour of edits of a paper through the window's editor, each with its way to the journal and the relay. */
export async function measureMemory(app: ElectronApp): Promise<MemoryRun> {
  const bench = await relayWith([markedProse(10 * 1024)]);
  try {
    const page = await openInApp(app, bench);
    await replay(page, 0, editsPerMinute);
    const minute = await memoryOf(app, page);
    await replay(page, editsPerMinute, 60 * editsPerMinute);
    const hour = await memoryOf(app, page);
    await page.close();
    return { minute, hour };
  } finally {
    await bench.close();
  }
}

async function replay(page: Page, from: number, to: number): Promise<void> {
  const { patches } = readPaperTrace();
  for (let edit = from; edit < to; edit += batch) {
    const edits = patches.slice(edit, Math.min(to, edit + batch));
    await page.evaluate(async (edits) => {
      type Content = Element & { readonly cmTile?: { readonly root: { readonly view: EditorLike } } };
      const view = document.querySelector<Content>('.cm-content')?.cmTile?.root.view;
      if (view === undefined) throw new Error('no editor');
      for (const [position, deleted, insert] of edits) {
        const { length } = view.state.doc;
        const start = Math.min(position, length);
        view.dispatch({ changes: { from: start, to: Math.min(length, start + deleted), insert } });
        await new Promise((next) => setTimeout(next, 1));
      }
    }, edits);
  }
  await page.locator('.status[data-saved="true"]').waitFor({ timeout: 60_000 });
}

async function memoryOf(app: ElectronApp, page: Page): Promise<Memory> {
  // The journal is made short, and what is over is collected, when nobody writes for some seconds.
  await delay(8000);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('HeapProfiler.collectGarbage');
  await devtools.send('Performance.enable');
  const { metrics } = await devtools.send('Performance.getMetrics');
  const heap = metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? Number.NaN;
  await devtools.detach();
  const window = await app.electron.browserWindow(page);
  const pid = await window.evaluate(({ webContents }) => webContents.getOSProcessId());
  const rssKb = await app.electron.evaluate(
    ({ app }, pid) => app.getAppMetrics().find((one) => one.pid === pid)?.memory.workingSetSize,
    pid,
  );
  return { rssMb: (rssKb ?? Number.NaN) / 1024, heapMb: heap / 1024 / 1024 };
}
