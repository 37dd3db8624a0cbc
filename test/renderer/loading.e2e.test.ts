import { existsSync, readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { inProject } from '../../scripts/places.ts';
import { waitFor } from '../app/wait-for.ts';
import { openAsDesktop } from './desktop-stand-in.ts';
import { roomOfThisFile } from './file-room.ts';
import { faultsEverywhere } from './screen-faults.ts';
import { newDocument, typeAtEnd, untilText, whenSaved } from './web-people.ts';

/** The page's module that shows a document; its part of the build is named after it. */
const editorFile = /\/editor-page-[\w-]+\.js$/;

const room = roomOfThisFile();

/** The names of the built scripts that a page has asked for since this was called. */
function scriptsAskedFor(page: Page): Set<string> {
  const asked = new Set<string>();
  page.on('request', (request) => {
    const file = /\/assets\/([\w-]+\.js)$/.exec(new URL(request.url()).pathname)?.[1];
    if (file !== undefined) asked.add(file);
  });
  return asked;
}

/** Modules that a built script was made of; none for the build's own few lines. */
function modulesOf(script: string): readonly string[] {
  const map = inProject('dist', 'renderer', 'assets', `${script}.map`);
  if (!existsSync(map)) return [];
  const { sources } = JSON.parse(readFileSync(map, 'utf8')) as { readonly sources: readonly string[] };
  return sources;
}

const isOfEditor = (module: string) => /[\\/](@codemirror|@lezer|yjs|y-\w+)[\\/.]/.test(module);

/** Someone with a listed document, at the list of a page that has just been loaded. */
async function atTheList(title: string): Promise<Page> {
  const page = await room.person({ name: 'Anna Karlsson' });
  await newDocument(page);
  await page.getByLabel('Title').fill(title);
  await typeAtEnd(page, 'On this computer.');
  await whenSaved(page);
  await page.getByRole('button', { name: 'All documents' }).click();
  await page.getByRole('button', { name: new RegExp(`^${title}`) }).waitFor();
  return page;
}

const row = (page: Page, title: string) => page.getByRole('button', { name: new RegExp(`^${title}`) });

describe('what is loaded when', () => {
  it('the list of documents is drawn without CodeMirror and Yjs, which come with the first document', async () => {
    const own = { state: 'running', url: room.relay.url, networkUrls: [], networkOpen: false } as const;
    const page = await openAsDesktop(room, { relay: own, network: [own] });
    const asked = scriptsAskedFor(page);
    await page.reload();
    await page.getByText('No documents yet').waitFor();
    const first = [...asked];
    expect(first.flatMap(modulesOf).join(' ')).toContain('library-page');
    expect(first.flatMap(modulesOf).filter(isOfEditor)).toEqual([]);
    await newDocument(page);
    const modules = [...asked].flatMap(modulesOf).join(' ');
    for (const part of ['@codemirror/view', 'yjs/dist']) expect(modules).toContain(part);
  });

  it('the address of a document fetches the editor beside the first script, not after it', async () => {
    const page = await room.person({ name: 'Anna Karlsson' });
    await newDocument(page);
    await typeAtEnd(page, 'On this computer.');
    await whenSaved(page);
    const editorAskedFor = page.waitForRequest(editorFile);
    await page.route(/\/index-[\w-]+\.js$/, async (route) => {
      await editorAskedFor;
      await route.continue();
    });
    await page.reload();
    await untilText(page, 'On this computer.');
  });

  it('in a browser the editor is fetched after the list, so documents open when the server has gone', async () => {
    const page = await atTheList('Harbour');
    const asked = scriptsAskedFor(page);
    const come = new Set<string>();
    page.on('requestfinished', (request) => come.add(new URL(request.url()).pathname));
    await page.reload();
    await row(page, 'Harbour').waitFor();
    await waitFor(
      'the editor',
      () =>
        [...asked].some((script) => script.startsWith('editor-page-')) &&
        [...asked].every((script) => come.has(`/assets/${script}`)),
    );
    await room.killRelay();
    try {
      await row(page, 'Harbour').click();
      await untilText(page, 'On this computer.');
    } finally {
      await room.restartRelay();
    }
  });

  it('the list stays until the editor is there; where it cannot be fetched, that is told, with another try and a way back', async () => {
    const page = await atTheList('Harbour');
    let answer: 'wait' | 'fail' | 'pass' = 'wait';
    let letGo = () => {};
    await page.route(editorFile, async (route) => {
      if (answer === 'wait') await new Promise<void>((resolve) => (letGo = resolve));
      await (answer === 'pass' ? route.continue() : route.abort());
    });
    const asked = page.waitForRequest(editorFile);
    await page.reload();
    await asked;
    await row(page, 'Harbour').click();
    await waitFor('the address', () => new URL(page.url()).hash !== '');
    expect(await row(page, 'Harbour').isVisible()).toBe(true);
    answer = 'fail';
    letGo();
    await page.getByRole('alert').getByText('The editor could not be loaded').waitFor();
    expect(await faultsEverywhere(page)).toEqual([]);
    await page.getByRole('button', { name: 'All documents' }).click();
    await row(page, 'Harbour').click();
    await page.getByRole('alert').getByText('The editor could not be loaded').waitFor();
    answer = 'pass';
    await page.getByRole('button', { name: 'Try again' }).click();
    await untilText(page, 'On this computer.');
  });

  it('CodeMirror never learns that the browser can tell when input waits', async () => {
    const page = await room.person({ name: 'Anna Karlsson' });
    await page.addInitScript(() => {
      Object.assign(window, { timesAsked: 0 });
      Object.defineProperty(navigator, 'scheduling', {
        configurable: true,
        get: () => {
          Object.assign(window, { timesAsked: Reflect.get(window, 'timesAsked') + 1 });
          return { isInputPending: () => false };
        },
      });
    });
    const timesAsked = () => page.evaluate(() => Reflect.get(window, 'timesAsked') as number);
    await page.reload();
    await newDocument(page);
    expect(await timesAsked()).toBe(0);
    await page.reload();
    await untilText(page, '');
    expect(await timesAsked(), 'at the address of a document').toBe(0);
  });
});
