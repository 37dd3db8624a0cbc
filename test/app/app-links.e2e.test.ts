import { afterAll, beforeAll, expect, test } from 'vitest';
import { DocumentPage } from './document-page.ts';
import { cleanUp, ElectronApp, newHome } from './electron-app.ts';
import { waitFor } from './wait-for.ts';

let home: string;
let app: ElectronApp;
let link: string;

beforeAll(async () => {
  home = await newHome();
  app = await ElectronApp.start(home, 'anna');
  const document = await DocumentPage.create(app);
  await document.type('found by link');
  await document.saved();
  link = `inkroom://${new URL(await app.relayUrl()).host}/${document.documentId}?plain`;
  await app.quit();
});
afterAll(() => cleanUp(home));

/** Starts the app once more, as the system does with a link that is pressed while it runs; it ends by itself. */
async function press(pressed: string): Promise<void> {
  await ElectronApp.start(home, 'anna', { args: [pressed] }).then(
    (second) => second.quit(),
    () => undefined,
  );
}

test('a link starts the app that is closed, and opens its document', async () => {
  app = await ElectronApp.start(home, 'anna', { args: [link] });
  const opened = await DocumentPage.inWindow(app);
  await opened.shows('found by link');
});

test.each([
  ['inkroom://%%%/%ZZ', /^This is not a document ID or link/],
  [`inkroom://${'x'.repeat(300)}`, /^This is not a document ID or link/],
  ['inkroom://127.0.0.1:1/e2222222222222222222222222', /typing error|not a document ID/],
])(
  'the malformed link %s is told in the library of the app that runs, and opens nothing',
  async (pressed, says) => {
    const before = app.urls().length;
    await press(pressed);
    const library = await app.library();
    // The sentence may still be the one about the link before.
    const field = library.getByLabel('Paste a document ID or link to open it');
    await expect.poll(() => field.inputValue()).toBe(pressed);
    await library.getByRole('alert').getByText(says).waitFor();
    expect(app.urls()).toHaveLength(before);
  },
);

test('a link that is too long, or of another kind, only brings the library to the front', async () => {
  const before = app.urls().length;
  for (const pressed of [`inkroom://${'x'.repeat(3000)}`, 'https://example.org/', 'inkroom:nothing'])
    await press(pressed);
  await waitFor('the library', async () => (await app.library()) !== undefined);
  expect(app.urls()).toHaveLength(before);
  const document = await DocumentPage.inWindow(app);
  await press(link);
  expect(await document.text(), 'the window that is open is shown, not another').toBe('found by link');
  expect(app.urls()).toHaveLength(before);
});
