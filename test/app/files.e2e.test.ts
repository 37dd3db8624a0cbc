import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DocumentPage } from './document-page.ts';
import { cleanUp, ElectronApp, newHome } from './electron-app.ts';
import { waitFor } from './wait-for.ts';

let home: string;
let folder: string;
let app: ElectronApp;

beforeAll(async () => {
  home = await newHome();
  folder = await mkdtemp(join(tmpdir(), 'inkroom-files-'));
  app = await ElectronApp.start(home, 'anna');
  await app.relayUrl();
});
afterAll(async () => {
  await cleanUp(home);
  await rm(folder, { recursive: true, force: true });
});

/** What the system's dialogs answer from now on. */
async function answerDialogs(answers: { readonly open?: readonly string[]; readonly save?: string }) {
  await app.electron.evaluate(({ dialog }, { open, save }) => {
    Object.assign(dialog, {
      showOpenDialog: async () => ({ canceled: open === undefined, filePaths: open ?? [] }),
      showSaveDialog: async (_window: unknown, { defaultPath }: { defaultPath: string }) => {
        Object.assign(globalThis, { proposedName: defaultPath });
        return { canceled: save === undefined, filePath: save ?? '' };
      },
    });
  }, answers);
}

/** Presses an item of the application menu with the document's window, or the library, in front. */
async function choose(id: string, address = ''): Promise<void> {
  await app.electron.evaluate(
    ({ BrowserWindow, Menu }, { id, address }) => {
      const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []) ?? [];
      const item = items.find((each) => each.id === id || each.label === id);
      const window = BrowserWindow.getAllWindows().find(({ webContents }) =>
        webContents.getURL().includes(address),
      );
      if (item === undefined || window === undefined) throw new Error(`no ${id} or no window of ${address}`);
      item.click({}, window, window.webContents);
    },
    { id, address },
  );
}

test('Open file… makes a document of a file, and Save a copy… writes it whole, with its line ends', async () => {
  const source = join(folder, 'Minutes.md');
  await writeFile(source, Buffer.from('\ufeffone\r\ntwo\r\n', 'utf16le'));
  await answerDialogs({ open: [source] });
  await choose('Open file…');
  const document = await DocumentPage.inWindow(app);
  await document.shows('one\ntwo\n');
  await expect.poll(() => document.page.getByLabel('Title').inputValue()).toBe('Minutes');
  await document.saved();

  const copy = join(folder, 'copy.md');
  await answerDialogs({ save: copy });
  await choose('save-copy', document.documentId);
  await waitFor('the copy', async () => (await readFile(copy, 'utf8')) === 'one\r\ntwo\r\n');
  expect(await app.electron.evaluate(() => Reflect.get(globalThis, 'proposedName'))).toBe('Minutes.md');
  await document.type('three');
  await document.page.keyboard.press('Control+Alt+S');
  await waitFor('the newer copy', async () => (await readFile(copy, 'utf8')) === 'one\r\ntwo\r\nthree');

  await mkdir(join(folder, 'taken.md'));
  await answerDialogs({ save: join(folder, 'taken.md') });
  await choose('save-copy', document.documentId);
  await document.page
    .getByRole('alert')
    .getByText('The copy was not saved: a folder has this name.')
    .waitFor();
  await answerDialogs({ save: join(folder, 'missing', 'copy.md') });
  await choose('save-copy', document.documentId);
  await document.page.getByRole('alert').getByText('that folder is not there any more').waitFor();
  expect((await readdir(folder)).sort(), 'nothing half written is left').toEqual([
    'Minutes.md',
    'copy.md',
    'taken.md',
  ]);
  await answerDialogs({});
  await choose('save-copy', document.documentId);
  await document.page.getByRole('alert').waitFor({ state: 'detached' });
  await document.page.getByLabel('Title').fill('Dockerfile');
  await answerDialogs({ save: join(folder, 'Dockerfile') });
  await choose('save-copy', document.documentId);
  await waitFor('a copy of code', async () => (await readdir(folder)).includes('Dockerfile'), {
    seen: () => readdir(folder),
  });
  await document.page.close();
});

test('a file that cannot be taken is told in the library', async () => {
  const library = await app.library();
  const binary = join(folder, 'photo.png');
  await writeFile(binary, Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13]));
  await answerDialogs({ open: [binary, join(folder, 'gone.md')] });
  await library.getByRole('button', { name: 'Import file' }).click();
  await library.getByRole('alert').getByText('“photo.png” is not a text file.').waitFor();
  await library.getByRole('alert').getByText('“gone.md” could not be read.').waitFor();
});

test('the switches of the menu show what is on, and act in every window', async () => {
  const document = await DocumentPage.create(app);
  const isTicked = (id: string) =>
    app.electron.evaluate(({ Menu }, id) => Menu.getApplicationMenu()?.getMenuItemById(id)?.checked, id);
  await waitFor('the tick of wrapping', async () => (await isTicked('wrap-lines')) === true);
  expect(await isTicked('line-numbers')).toBe(false);
  await choose('line-numbers', document.documentId);
  await document.page.locator('.cm-lineNumbers').waitFor();
  await waitFor('the tick of numbers', async () => (await isTicked('line-numbers')) === true);
  await choose('shortcuts', document.documentId);
  await document.page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
});
