import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { inProject } from '../../scripts/places.ts';
import { findChromium } from '../../scripts/system-packages.ts';
import { waitFor } from '../app/wait-for.ts';
import { type RelayProcess, startRelay } from '../processes/relay-process.ts';

/** A relay that serves the web client, and a browser in which people open it. */
export interface WebRoom {
  readonly browser: Browser;
  /** The relay's data folder. */
  readonly data: string;
  /** The relay that runs now; another one after `restartRelay`. */
  readonly relay: RelayProcess;
  /** Ends the relay without warning; `restartRelay` brings it back on the same port and data. */
  killRelay(): Promise<void>;
  /** Does nothing while it runs. */
  restartRelay(): Promise<void>;
  /** Someone with a browser profile of their own, at the library; named unless `name` is empty. */
  person(options: PersonOptions): Promise<Page>;
  close(): Promise<void>;
}

/** Who opens the web client, and on what kind of screen. */
export interface PersonOptions {
  readonly name: string;
  readonly color?: string;
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  /** 2 with half the width and height is what a zoom of 200 % does. */
  readonly scale?: number;
}

/** Starts the built relay with the built web client, and a headless Chromium. */
export async function openWebRoom(relayArgs: readonly string[] = []): Promise<WebRoom> {
  const data = await mkdtemp(join(tmpdir(), 'inkroom-web-'));
  const args = ['--web', inProject('dist', 'renderer'), ...relayArgs];
  let relay = await startRelay({ data, args });
  let relayRuns = true;
  const browser = await chromium.launch({
    executablePath: findChromium() ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
  const contexts: BrowserContext[] = [];
  return {
    browser,
    data,
    get relay() {
      return relay;
    },
    killRelay: async () => {
      relayRuns = false;
      await relay.kill('SIGKILL');
    },
    restartRelay: async () => {
      if (relayRuns) return;
      relay = await startRelay({ data, args, port: relay.port });
      relayRuns = true;
    },
    person: async (options) => {
      const context = await browser.newContext({
        viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
        deviceScaleFactor: options.scale ?? 1,
        colorScheme: options.theme ?? 'light',
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      context.setDefaultTimeout(60_000);
      contexts.push(context);
      const page = await context.newPage();
      await page.goto(relay.url);
      if (options.name !== '') await introduce(page, options.name, options.color);
      return page;
    },
    close: async () => {
      await Promise.all(contexts.map((context) => context.close()));
      await browser.close();
      if (relayRuns) await relay.kill('SIGKILL');
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** Answers the first question: name and colour. */
export async function introduce(page: Page, name: string, color?: string): Promise<void> {
  const card = page.getByRole('form', { name: 'Welcome to Inkroom' });
  await card.getByLabel('Your name').fill(name);
  if (color !== undefined) await card.getByRole('radio', { name: color }).check();
  await card.getByRole('button', { name: 'Continue' }).click();
  await card.waitFor({ state: 'detached' });
}

/** Makes a document and waits until the relay has it; gives its edit ID. */
export async function newDocument(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'New document' }).click();
  await whenSaved(page);
  return documentIdOf(page);
}

/** Opens a document by its ID from the library and waits for its text. */
export async function openById(page: Page, documentId: string): Promise<void> {
  await page.getByLabel('Paste a document ID or link to open it').fill(documentId);
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await whenSaved(page);
}

/** The ID of the document that the page shows. */
export function documentIdOf(page: Page): string {
  return new URL(page.url()).hash.slice(1).split('?')[0] ?? '';
}

/** Waits until the page says that everything is saved, and its text is there: before that no key means anything. */
export async function whenSaved(page: Page): Promise<void> {
  await page.locator('.text-view .cm-content').waitFor({ state: 'attached' });
  await page.locator('.status[data-saved="true"]').waitFor();
}

/** The text as the page shows it, line by line. */
export function shownText(page: Page): Promise<string> {
  return page.locator('.cm-content').evaluate((content) =>
    [...content.querySelectorAll('.cm-line')]
      .map((line) => {
        const copy = line.cloneNode(true);
        if (copy instanceof Element)
          for (const widget of copy.querySelectorAll('.cm-placeholder')) widget.remove();
        return (copy.textContent ?? '').replace(/\u200b/g, '');
      })
      .join('\n'),
  );
}

/** Puts the caret at the end of the text and types; each key is an edit of its own, also for undo if it comes late. */
export async function typeAtEnd(page: Page, text: string): Promise<void> {
  await page.locator('.cm-content').focus();
  await page.keyboard.press('Control+End');
  await page.keyboard.type(text);
}

/** Writes at the end of the text in one edit, which one undo takes back on a computer of any speed. */
export async function insertAtEnd(page: Page, text: string): Promise<void> {
  await page.locator('.cm-content').focus();
  await page.keyboard.press('Control+End');
  await page.keyboard.insertText(text);
}

/** Waits until the page shows exactly this text. */
export function untilText(page: Page, text: string): Promise<unknown> {
  return waitFor(`the text ${JSON.stringify(text)}`, async () => (await shownText(page)) === text, {
    seen: () => shownText(page),
  });
}
