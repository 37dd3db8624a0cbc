import { afterEach, beforeEach, expect, test } from 'vitest';
import { DocumentPage } from './document-page.ts';
import { cleanUp, ElectronApp, newHome } from './electron-app.ts';
import { waitFor } from './wait-for.ts';

let home: string;
let app: ElectronApp;

beforeEach(async () => {
  home = await newHome();
  app = await ElectronApp.start(home, 'anna');
  await app.relayUrl();
});

afterEach(() => cleanUp(home));

/** Chooses an item of the application menu, as if the window that shows this address were in front. */
async function choose(label: string, address: string): Promise<void> {
  await app.electron.evaluate(
    ({ BrowserWindow, Menu }, { label, address }) => {
      const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []) ?? [];
      const item = items.find((each) => each.label === label);
      const window = BrowserWindow.getAllWindows().find(({ webContents }) =>
        webContents.getURL().includes(address),
      );
      if (item === undefined || window === undefined)
        throw new Error(`no ${label} or no window of ${address}`);
      item.click({}, window, window.webContents);
    },
    { label, address },
  );
}

test('the menu acts on the text of the window in front: undo, redo, find, share', async () => {
  const document = await DocumentPage.create(app);
  await document.insert('written once');
  await choose('Undo', document.documentId);
  await waitFor('the text to be taken back', async () => (await document.text()) === '', {
    seen: () => document.text(),
  });
  await choose('Redo', document.documentId);
  await document.shows('written once');
  await choose('Find and replace…', document.documentId);
  await document.page.getByRole('textbox', { name: 'Find', exact: true }).waitFor();
  await choose('Comments', document.documentId);
  await document.page.getByRole('complementary', { name: 'Comments' }).waitFor();
  await choose('Who wrote what', document.documentId);
  await document.page.getByRole('region', { name: 'Who wrote what' }).waitFor();
  await choose('Share…', document.documentId);
  await document.page.getByRole('dialog', { name: 'Share' }).waitFor();
});

test('New in the menu makes a document from any window, also when the library is closed', async () => {
  const first = await DocumentPage.create(app);
  await (await app.library()).close();
  await choose('New document', first.documentId);
  await waitFor(
    'a second document',
    () => app.urls().filter((url) => url.includes('create=1')).length === 2,
    {
      seen: () => app.urls(),
    },
  );
  expect(await app.library()).toBeDefined();
});

test('the keys of undo act in the text and are not taken from it by the menu', async () => {
  const document = await DocumentPage.create(app);
  await document.insert('one');
  await document.page.keyboard.press('Control+Z');
  await waitFor('the text to be taken back', async () => (await document.text()) === '', {
    seen: () => document.text(),
  });
  await document.page.keyboard.press('Control+Y');
  await document.shows('one');
});
