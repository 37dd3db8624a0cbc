import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { MenuItem } from 'electron';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { chooseLanguages, chromiumLanguages } from '../../main/spelling-languages.ts';
import { DocumentPage, introduce } from './document-page.ts';
import { cleanUp, ElectronApp, newHome } from './electron-app.ts';
import { waitFor } from './wait-for.ts';

declare global {
  /** The context menu that was to be shown last, kept by the app under test. */
  var lastMenu: readonly MenuItem[];
}

const learn = 'Add to dictionary';
const homes: string[] = [];
let home: string;

beforeEach(async () => {
  home = await newHome();
  homes.push(home);
});
afterAll(() => cleanUp(...homes));

/** Starts the app on a computer of these languages, and keeps each context menu instead of showing it. */
async function start(language: string, more: Readonly<Record<string, string>> = {}, args: string[] = []) {
  const env = { LANG: `${language}.UTF-8`, LANGUAGE: language, LC_ALL: '', ...more };
  const app = await ElectronApp.start(home, 'anna', { env, args });
  await app.electron.evaluate(({ Menu }) => {
    globalThis.lastMenu = [];
    const build = Menu.buildFromTemplate.bind(Menu);
    Object.assign(Menu, {
      buildFromTemplate: (template: Parameters<typeof build>[0]) => {
        const menu = build(template);
        const popup = () => {
          globalThis.lastMenu = menu.items;
        };
        return Object.assign(menu, { popup });
      },
    });
  });
  return app;
}

/** A new document with this text, typed by key. */
async function typed(app: ElectronApp, text: string): Promise<DocumentPage> {
  await introduce(app, 'Anna');
  const document = await DocumentPage.create(app);
  await document.type(text);
  return document;
}

/** Presses the right button on a word of the first line, and gives the labels of the menu that the app then shows. */
async function menuOn(app: ElectronApp, { page }: DocumentPage, word: string): Promise<readonly string[]> {
  await app.electron.evaluate(() => {
    globalThis.lastMenu = [];
  });
  const place = await page
    .locator('.cm-line')
    .first()
    .evaluate((line, part) => {
      const texts = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
      for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
        const at = text.textContent?.indexOf(part) ?? -1;
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(text, at);
        range.setEnd(text, at + part.length);
        const { x, y, width, height } = range.getBoundingClientRect();
        return { x: x + width / 2, y: y + height / 2 };
      }
      return undefined;
    }, word);
  if (place === undefined) throw new Error(`${word} is not in the first line`);
  await page.mouse.click(place.x, place.y, { button: 'right' });
  return waitFor('a context menu', async () => {
    const labels = await app.electron.evaluate(() => globalThis.lastMenu.map(({ label }) => label));
    return labels.length > 0 && labels;
  });
}

/** The menu on a word once that is known to be wrong; words are looked at when the page has time for it. */
async function menuOnWrong(app: ElectronApp, document: DocumentPage, word: string) {
  return waitFor(`${word} to be wrong`, async () => {
    const labels = await menuOn(app, document, word);
    return labels.includes(learn) && labels;
  });
}

async function choose(app: ElectronApp, label: string): Promise<void> {
  await app.electron.evaluate((_electron, wanted) => {
    globalThis.lastMenu.find((item) => item.label === wanted)?.click();
  }, label);
}

/** The addresses beyond this computer in Chromium's log of an app that has quit. */
async function strangersAsked(log: string): Promise<readonly string[]> {
  const asked = (await readFile(log, 'utf8')).match(/"(?:https?|wss?):\/\/[^/\s"]+/g) ?? [];
  expect(asked, 'the log has the connection to the relay').not.toEqual([]);
  return asked.filter((address) => !/\/\/127\.0\.0\.[12](?::\d+)?$/.test(address));
}

/** Languages and dictionaries of macOS and Windows are the system's, and no variable names them. */
describe.runIf(process.platform === 'linux')('spelling', () => {
  test('a wrong word is found and corrected, another one is learned for good, and nobody is asked for dictionaries', async () => {
    const log = join(home, 'net.json');
    let app = await start('en_US', {}, [`--log-net-log=${log}`]);
    let document = await typed(app, 'This is a tset of inkroomy words');
    const offered = await menuOnWrong(app, document, 'tset');
    expect(offered.slice(0, offered.indexOf(learn))).toContain('test');
    expect(await menuOn(app, document, 'This')).not.toContain(learn);
    await menuOnWrong(app, document, 'tset');
    await choose(app, 'test');
    await document.shows('This is a test of');

    await menuOnWrong(app, document, 'inkroomy');
    await choose(app, learn);
    await waitFor(
      'the word to be known',
      async () => !(await menuOn(app, document, 'inkroomy')).includes(learn),
    );
    await document.saved();
    await app.quit();
    expect(await strangersAsked(log)).toEqual([]);

    app = await start('en_US');
    document = await DocumentPage.open(app, document.documentId);
    await document.type(' tset');
    await menuOnWrong(app, document, 'tset');
    expect(await menuOn(app, document, 'inkroomy')).not.toContain(learn);
    await app.quit();
  });

  test('every language that Chromium checks can be chosen, and no other one', async () => {
    const app = await start('en_US');
    const available = await app.electron.evaluate(
      ({ session }) => session.defaultSession.availableSpellCheckerLanguages,
    );
    expect(available.length).toBeGreaterThan(40);
    for (const language of available)
      expect(chooseLanguages([language], () => true).checked[0]).toBe(language);
    for (const language of chromiumLanguages) expect(available).toContain(language);
    await app.quit();
  });

  test('the switch turns it off, and on again', async () => {
    const app = await start('en_US');
    const document = await typed(app, 'A tset here');
    await menuOnWrong(app, document, 'tset');
    const press = async () => {
      await document.page.getByRole('button', { name: 'More', exact: true }).click();
      await document.page.getByRole('menuitemcheckbox', { name: 'Check spelling' }).click();
    };
    await press();
    await waitFor('no word to be wrong', async () => !(await menuOn(app, document, 'tset')).includes(learn));
    await press();
    await document.type(' and');
    await menuOnWrong(app, document, 'tset');
    await app.quit();
  });

  test('switched off, it stays off when a dictionary is made later', async () => {
    const folder = join(home, 'hunspell');
    await mkdir(folder);
    await writeFile(join(folder, 'de_DE.aff'), 'SET UTF-8\n');
    // Who reads it waits until somebody writes.
    const words = join(folder, 'de_DE.dic');
    await promisify(execFile)('mkfifo', [words]);
    const app = await start('en_US', { LANGUAGE: 'en_US:de_DE', DICPATH: folder });
    const document = await typed(app, 'A tset here');
    await menuOnWrong(app, document, 'tset');
    const isOn = () => app.electron.evaluate(({ session }) => session.defaultSession.isSpellCheckerEnabled());
    await document.page.getByRole('button', { name: 'More', exact: true }).click();
    await document.page.getByRole('menuitemcheckbox', { name: 'Check spelling' }).click();
    await waitFor('the switch to be off', async () => !(await isOn()));
    await writeFile(words, '1\nund\n');
    await waitFor('the second language', async () => {
      const languages = await app.electron.evaluate(({ session }) =>
        session.defaultSession.getSpellCheckerLanguages(),
      );
      return languages.includes('de-DE');
    });
    expect(await isOn()).toBe(false);
    await app.quit();
  });

  test('the app starts where no dictionary can be read or written, and says so', async () => {
    await mkdir(join(home, 'profiles', 'anna'), { recursive: true });
    const file = join(home, 'profiles', 'anna', 'Dictionaries');
    await writeFile(file, 'a file where a folder is expected');
    const app = await start('en_US', { DICPATH: file });
    const document = await typed(app, 'tset');
    await document.page.getByRole('button', { name: 'More', exact: true }).click();
    const name = /The dictionary for English cannot be used\./;
    await document.page.getByRole('menuitemcheckbox', { name }).waitFor();
    await app.quit();
  });

  test('a dictionary of the system is used, whatever its encoding', async () => {
    const folder = join(home, 'hunspell');
    await mkdir(folder);
    const aff = 'SET ISO8859-1\nTRY esianrt\nSFX A Y 1\nSFX A 0 en .\n';
    await writeFile(join(folder, 'de_DE.aff'), aff, 'latin1');
    await writeFile(join(folder, 'de_DE.dic'), '4\nTür/A\nStraße\ndie\nund\n', 'latin1');
    const app = await start('de_DE', { DICPATH: folder });
    const document = await typed(app, 'die Türen und die Strasse');
    const offered = await menuOnWrong(app, document, 'Strasse');
    expect(offered[0]).toBe('Straße');
    expect(await menuOn(app, document, 'Türen')).not.toContain(learn);
    await app.quit();
  });

  test('files that no dictionary can be made from are tried once, and the switch says so', async () => {
    const folder = join(home, 'hunspell');
    await mkdir(folder);
    await writeFile(join(folder, 'fo_FO.aff'), 'SET UTF-8\nIGNORE x\n');
    await writeFile(join(folder, 'fo_FO.dic'), '1\nog\n');
    const used = join(home, 'profiles', 'anna', 'Dictionaries');
    const app = await start('fo_FO', { DICPATH: folder });
    const document = await typed(app, 'tset');
    await document.page.getByRole('button', { name: 'More', exact: true }).click();
    const name = /The dictionary for Faroese cannot be used\./;
    await document.page.getByRole('menuitemcheckbox', { name }).waitFor();
    await expect.poll(() => readFile(join(used, 'sources.json'), 'utf8')).toContain('fo-FO-3-0.bdic.failed');
    await app.quit();
  });

  test.each([
    ['without a dictionary', undefined, /No dictionary for Faroese\. Install/],
    ['with a file that is none', 'no dictionary', /The dictionary for Faroese cannot be used\./],
  ])('%s for the only language, the switch says so and cannot be pressed', async (_what, file, name) => {
    // Faroese: hardly a machine has its dictionary.
    const folder = join(home, 'profiles', 'anna', 'Dictionaries');
    await mkdir(folder, { recursive: true });
    if (file !== undefined) await writeFile(join(folder, 'fo-FO-3-0.bdic'), file);
    const log = join(home, 'net.json');
    const app = await start('fo_FO', {}, [`--log-net-log=${log}`]);
    const document = await typed(app, 'tset');
    await document.page.getByRole('button', { name: 'More', exact: true }).click();
    const item = document.page.getByRole('menuitemcheckbox', { name });
    await item.waitFor();
    expect(await item.getAttribute('aria-disabled')).toBe('true');
    expect(await item.getAttribute('aria-checked')).toBe('false');
    const isOffInMenuBar = () =>
      app.electron.evaluate(({ Menu }) => {
        const found = Menu.getApplicationMenu()?.getMenuItemById('spellcheck');
        return found?.enabled === false && !found.checked;
      });
    await waitFor('the switch of the menu bar to be off', isOffInMenuBar);
    await app.quit();
    expect(await strangersAsked(log)).toEqual([]);
  });
});
