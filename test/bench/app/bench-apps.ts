import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { formatDocumentId, newDocumentSecret } from '../../../sync/document-id.ts';
import { introduce } from '../../app/document-page.ts';
import { cleanUp, ElectronApp, newHome } from '../../app/electron-app.ts';
import { waitFor } from '../../app/wait-for.ts';
import { type RelayProcess, startRelay } from '../../processes/relay-process.ts';
import { recordPage, textLength } from '../client/page-record.ts';
import { storeLog } from '../client/stored-log.ts';

/** A relay in a process of its own, with one document in it. */
export interface BenchRelay {
  readonly relay: RelayProcess;
  readonly documentId: string;
  close(): Promise<void>;
}

/** Starts a relay that has a document; its log is these updates. */
export async function relayWith(updates: readonly Uint8Array[]): Promise<BenchRelay> {
  const data = await mkdtemp(join(tmpdir(), 'inkroom-bench-'));
  const documentId = formatDocumentId(newDocumentSecret());
  await storeLog(data, documentId, updates);
  const relay = await startRelay({ data });
  return {
    relay,
    documentId,
    close: async () => {
      await relay.kill('SIGKILL');
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** People with the desktop app, each with a profile of their own, whose windows note what they do. */
export async function withApps<Result>(
  names: readonly string[],
  task: (apps: readonly ElectronApp[]) => Promise<Result>,
): Promise<Result> {
  const home = await newHome();
  try {
    const apps: ElectronApp[] = [];
    for (const name of names) {
      const app = await ElectronApp.start(home, name);
      apps.push(app);
      await introduce(app, name);
      await recordPage(app.electron.context());
    }
    return await task(apps);
  } finally {
    await cleanUp(home);
  }
}

/** Opens a document of a relay in a window and waits until all of it is there and saved. */
export async function openInApp(app: ElectronApp, { relay, documentId }: BenchRelay): Promise<Page> {
  const library = await app.library();
  const target = { documentId, relay: { url: relay.url }, create: false };
  await library.evaluate((opened) => window.inkroom?.call('document:open', opened), target);
  const page = await app.documentWindow(documentId);
  await page.locator('.status[data-saved="true"]').waitFor({ timeout: 120_000 });
  await waitFor('the text', async () => (await textLength(page)) > 0);
  return page;
}

/** The Electron and Chromium that run. */
export function electronVersions(): string {
  const electron = process.env.INKROOM_TEST_ELECTRON ?? '';
  const script =
    'console.log("Electron " + process.versions.electron + ", Chromium " + process.versions.chrome)';
  return execFileSync(electron, ['-e', script], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    encoding: 'utf8',
  }).trim();
}
