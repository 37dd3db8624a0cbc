import { afterAll, beforeAll, expect, test } from 'vitest';
import { DocumentPage } from './document-page.ts';
import { cleanUp, ElectronApp, newHome } from './electron-app.ts';
import { waitFor } from './wait-for.ts';

let home: string;
let app: ElectronApp;

beforeAll(async () => {
  home = await newHome();
  app = await ElectronApp.start(home, 'anna');
  await app.relayUrl();
});

afterAll(() => cleanUp(home));

/** Chooses an item of the View menu in the window in front. */
async function choose(label: string): Promise<void> {
  await app.electron.evaluate(({ BrowserWindow, Menu }, label) => {
    const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []) ?? [];
    const window = BrowserWindow.getAllWindows().find(({ webContents }) =>
      webContents.getURL().includes('create=1'),
    );
    if (window !== undefined)
      items.find((item) => item.label === label)?.click({}, window, window.webContents);
  }, label);
}

test('[secure] links of a document go to the browser by the app, never by the page, after a look at their address', async () => {
  await app.electron.evaluate(({ shell }) => {
    const opened: string[] = [];
    Object.assign(globalThis, { openedOutside: opened });
    shell.openExternal = async (url) => {
      opened.push(url);
    };
  });
  const openedOutside = () =>
    app.electron.evaluate(() => Reflect.get(globalThis, 'openedOutside') as readonly string[]);
  const document = await DocumentPage.create(app);
  const { page } = document;
  await document.type(
    '# Links\n\n[words](https://example.org/real) [file](file:///etc/passwd) [app](app://inkroom/index.html)\nhttp://example.org/bare [mail](mailto:a@example.org)',
  );
  await choose('Preview');
  const inside = page.frameLocator('.preview-frame');
  await inside.getByRole('heading', { name: 'Links' }).waitFor();
  await expect
    .poll(() => inside.locator('a[href]').allTextContents())
    .toEqual(['words', 'http://example.org/bare', 'mail']);

  await inside.getByRole('link', { name: 'words' }).click();
  const question = page.getByRole('dialog', { name: 'Open this address?' });
  await question.getByText('https://example.org/real').waitFor();
  await question.getByRole('button', { name: 'Cancel' }).click();
  await inside.getByRole('link', { name: 'words' }).click();
  expect(await openedOutside()).toEqual([]);
  await question.getByRole('button', { name: 'Open' }).click();
  await waitFor('the first link', async () => (await openedOutside()).length === 1);
  await page
    .locator('.cm-line', { hasText: 'bare' })
    .getByText('http://example.org/bare')
    .click({
      modifiers: ['ControlOrMeta'],
      position: { x: 40, y: 8 },
    });
  await waitFor('the second link', async () => (await openedOutside()).length === 2, { seen: openedOutside });
  await inside.getByRole('link', { name: 'mail' }).click();
  await page
    .getByRole('dialog', { name: 'Write to this address?' })
    .getByRole('button', { name: 'Open' })
    .click();
  await waitFor('the third link', async () => (await openedOutside()).length === 3);
  expect(await openedOutside()).toEqual([
    'https://example.org/real',
    'http://example.org/bare',
    'mailto:a@example.org',
  ]);
  const refused = await page.evaluate(() => {
    const bridge: unknown = window.inkroom;
    const { call } = bridge as { call(channel: string, argument: unknown): Promise<unknown> };
    const addresses = ['file:///etc/passwd', 'javascript:1', 'app://inkroom/', 7, null];
    return Promise.all(addresses.map((url) => call('link:open', { url }).catch(String)));
  });
  for (const answer of refused) expect(answer).toContain('no address that may be opened');
  expect(await openedOutside()).toHaveLength(3);

  await choose('Outline');
  await page.getByRole('navigation', { name: 'Outline' }).getByRole('button', { name: 'Links' }).waitFor();
  await choose('Preview');
  await page.locator('.preview-frame').waitFor({ state: 'detached' });
});
