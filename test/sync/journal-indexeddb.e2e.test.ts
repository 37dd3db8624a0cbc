import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findChromium } from '../../scripts/system-packages.ts';
import { waitFor } from '../app/wait-for.ts';
import { journalContract } from './journal-contract.ts';

let folder: string;
let server: Server;
let browser: BrowserContext;
let page: Page;
let origin: string;
let devTools: CDPSession;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inkroom-indexeddb-'));
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      outDir: folder,
      emptyOutDir: false,
      lib: {
        entry: fileURLToPath(new URL('./journal-page.ts', import.meta.url)),
        formats: ['es'],
        fileName: () => 'page.js',
      },
    },
  });
  const script = await readFile(join(folder, 'page.js'));
  server = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(
      isScript
        ? script
        : '<!doctype html><title>journal</title><script type="module" src="/page.js"></script>',
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const executablePath = findChromium();
  if (executablePath === undefined)
    throw new Error('No Chromium was found; INKROOM_TEST_CHROMIUM names one.');
  browser = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
  browser.setDefaultTimeout(60_000);
  page = await browser.newPage();
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  devTools = await browser.newCDPSession(page);
  await openPage();
});

async function openPage(): Promise<void> {
  await page.goto(origin);
  await page.waitForFunction(() => 'removeFromComputer' in window);
}

afterAll(async () => {
  await browser?.close();
  server?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('journal in IndexedDB, in Chromium', () => {
  for (const [index, { title }] of journalContract.entries()) {
    it(title, async () => {
      expect(await page.evaluate((number) => window.runJournalCase(number), index)).toBeNull();
    });
  }
});

describe('a document whose database is taken away while it is open', () => {
  const clearData = () => devTools.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' });
  const rows = () => page.evaluate(() => window.journalRows());
  const type = (words: string) =>
    page.evaluate((typed) => {
      window.copy.text.insert(window.copy.text.length, typed);
      return window.copy.whenJournaled();
    }, words);
  /** The text, and how many edits wait for the relay, as the next opening of the program finds them. */
  const reopened = async () => {
    await openPage();
    await page.evaluate(() => window.openCopy());
    return page.evaluate(() => [window.copy.text.toString(), window.copy.status.unsaved]);
  };

  beforeEach(async () => {
    await openPage();
    await page.evaluate(() => window.removeFromComputer());
    await page.evaluate(() => window.openCopy());
    await type('before');
  });

  it('[G2] cleared by the browser: all of it is written anew, at once and without another edit', async () => {
    await clearData();
    await waitFor('the journal to be written anew', async () => (await rows())[1] === 1);
    await waitFor('no trouble to be told', () =>
      page.evaluate(() => window.copy.status.journalTrouble === undefined),
    );
    expect(await reopened()).toEqual(['before', 1]);
  });

  it('[G2] cleared by the browser: edits made since are there with those before', async () => {
    await clearData();
    await type(', after');
    expect(await reopened()).toEqual(['before, after', 2]);
  });

  it('[G2] closed and not emptied: the next edit is journaled, and nothing is written twice', async () => {
    const [before] = await rows();
    await page.evaluate(() => {
      for (const database of window.databases) database.close();
    });
    await type(', after');
    expect(await rows()).toEqual([before + 1, 2]);
    expect(await reopened()).toEqual(['before, after', 2]);
  });

  it('[G2] removed from this computer by a person: it comes back with their next edit, and not before', async () => {
    await page.evaluate(() => window.removeFromComputer());
    await page.evaluate(() => window.copy.whenJournaled());
    const names = await page.evaluate(() => indexedDB.databases().then((all) => all.map(({ name }) => name)));
    expect(names).not.toContain(await page.evaluate(() => `inkroom-document-${window.copy.keys.roomId}`));
    await type(', after');
    expect(await reopened()).toEqual(['before, after', 2]);
  });

  it('[G2] made another version’s in another window: that edits are not journaled is told, before the next one', async () => {
    await page.evaluate(
      () =>
        new Promise<void>((resolve, reject) => {
          const request = indexedDB.open(`inkroom-document-${window.copy.keys.roomId}`, 2);
          request.onsuccess = () => resolve();
          request.onerror = () => reject(request.error);
        }),
    );
    await waitFor('the trouble to be told', () =>
      page.evaluate(() => window.copy.status.journalTrouble !== undefined),
    );
  });
});
