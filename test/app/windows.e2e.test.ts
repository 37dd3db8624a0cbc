import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DocumentPage } from './document-page.ts';
import { cleanUp, ElectronApp, newHome } from './electron-app.ts';
import { waitFor } from './wait-for.ts';

let home: string;
let stopped: number | undefined;

beforeEach(async () => {
  home = await newHome();
  stopped = undefined;
});

afterEach(async () => {
  resumeRelay();
  await cleanUp(home);
});

/** Holds the relay still: it stays connected and answers nothing. */
async function stopRelay(app: ElectronApp): Promise<void> {
  stopped = await app.ownRelayPid();
  process.kill(stopped, 'SIGSTOP');
}

function resumeRelay(): void {
  if (stopped !== undefined) process.kill(stopped, 'SIGCONT');
  stopped = undefined;
}

/** Answers every message box with the button of this name, and gives the messages so far. */
async function answerBoxes(app: ElectronApp, button: string): Promise<() => Promise<readonly string[]>> {
  await app.electron.evaluate(({ dialog }, name) => {
    const messages: string[] = [];
    Object.assign(globalThis, { boxMessages: messages });
    const answer = async (...given: readonly unknown[]) => {
      const box = given.at(-1) as { readonly message: string; readonly buttons: readonly string[] };
      messages.push(box.message);
      return { response: box.buttons.indexOf(name), checkboxChecked: false };
    };
    Object.assign(dialog, { showMessageBox: answer });
  }, button);
  return () => app.electron.evaluate(() => Reflect.get(globalThis, 'boxMessages') as readonly string[]);
}

/** Asks a document's window to close, as its cross does. */
async function closeWindow(app: ElectronApp, documentId: string): Promise<void> {
  await app.electron.evaluate(({ BrowserWindow }, id) => {
    BrowserWindow.getAllWindows()
      .find(({ webContents }) => webContents.getURL().includes(id))
      ?.close();
  }, documentId);
}

async function documentWindowCloses(app: ElectronApp): Promise<void> {
  await waitFor('the document window to close', () => app.urls().every((url) => !url.includes('#')), {
    seen: () => app.urls(),
  });
}

test('[G4] closing a window with unsaved edits says that they are safe here, and they are', async () => {
  const app = await ElectronApp.start(home, 'anna');
  await app.relayUrl();
  const document = await DocumentPage.create(app);
  await document.type('saved. ');
  await document.saved();
  await stopRelay(app);
  await document.type('abc');
  await waitFor('three unsaved edits', async () => (await document.status()).word === 'Saving 3', {
    seen: () => document.status(),
  });

  const messages = await answerBoxes(app, 'Keep open');
  await closeWindow(app, document.documentId);
  await waitFor('the question', async () => (await messages()).length === 1, { seen: messages });
  expect(await messages()).toEqual([
    '3 changes are safe on this computer and will be sent when you open the document again.',
  ]);
  expect(await document.text()).toBe('saved. abc');

  const later = await answerBoxes(app, 'Close');
  await closeWindow(app, document.documentId);
  await documentWindowCloses(app);
  expect(await later()).toHaveLength(1);

  resumeRelay();
  const again = await DocumentPage.open(app, document.documentId);
  await again.shows('saved. abc');
  await again.saved();
});

test('[G4] closing a window whose edits are saved, or about to be, asks nothing', async () => {
  const app = await ElectronApp.start(home, 'anna');
  await app.relayUrl();
  const document = await DocumentPage.create(app);
  await document.saved();
  const messages = await answerBoxes(app, 'Keep open');
  // However slow this computer is, what is about to be saved is saved before the app loses patience.
  await app.electron.evaluate(() => {
    const now = Date.now();
    Date.now = () => now;
  });
  await document.type('typed right before the window closes');
  await closeWindow(app, document.documentId);
  await documentWindowCloses(app);
  expect(await messages()).toEqual([]);
});

test('[G4] quitting with unsaved edits asks once a window, and "Keep open" keeps everything open', async () => {
  const app = await ElectronApp.start(home, 'anna');
  await app.relayUrl();
  const document = await DocumentPage.create(app);
  await document.saved();
  await stopRelay(app);
  await document.type('abc');
  await waitFor('unsaved edits', async () => (await document.status()).unsaved > 0, {
    seen: () => document.status(),
  });
  const kept = await answerBoxes(app, 'Keep open');
  await app.electron.evaluate(({ app }) => app.quit());
  await waitFor('the question', async () => (await kept()).length === 1, { seen: kept });
  expect(app.urls().some((url) => url.includes(document.documentId))).toBe(true);

  await answerBoxes(app, 'Close');
  resumeRelay();
  await app.quit();
});

test('a document that is open is brought to the front instead of opening twice', async () => {
  const app = await ElectronApp.start(home, 'anna');
  await app.relayUrl();
  const document = await DocumentPage.create(app);
  await document.saved();
  await DocumentPage.open(app, document.documentId);
  const library = await app.library();
  await library.getByRole('button', { name: 'Untitled' }).first().click();
  await library.evaluate((documentId) => {
    const target = { documentId, relay: 'local', create: false } as const;
    return window.inkroom?.call('document:open', target);
  }, document.documentId);
  const open = await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
  expect(open, 'the library and one document').toBe(2);
});

test('windows come back where they were, for each profile its own', async () => {
  const bounds = { x: 40, y: 60, width: 700, height: 500 };
  const first = await ElectronApp.start(home, 'anna');
  await first.library();
  // Before a window is shown, the system may still move it to where it was made.
  await waitFor('the window to be shown', () => libraryIsVisible(first));
  await first.electron.evaluate(({ BrowserWindow }, wanted) => {
    BrowserWindow.getAllWindows()[0]?.setBounds(wanted);
  }, bounds);
  // Its place and its size are told one after the other.
  await waitFor('the window to move', async () => isDeepStrictEqual(await libraryBounds(first), bounds), {
    seen: () => libraryBounds(first),
  });
  await first.quit();
  const second = await ElectronApp.start(home, 'anna');
  await second.library();
  // The system tells where a window is a little after it has put it there.
  await waitFor(
    'the window to be where it was',
    async () => isDeepStrictEqual(await libraryBounds(second), bounds),
    {
      seen: () => libraryBounds(second),
    },
  );
  const other = await ElectronApp.start(home, 'berta');
  await other.library();
  expect(await libraryBounds(other)).not.toEqual(bounds);
});

test('a second start of the same profile opens its link in the first and ends', async () => {
  const app = await ElectronApp.start(home, 'anna');
  await app.relayUrl();
  const document = await DocumentPage.create(app);
  await document.type('found by link');
  await document.saved();
  const link = `inkroom://${new URL(await app.relayUrl()).host}/${document.documentId}?plain`;
  await closeWindow(app, document.documentId);
  await documentWindowCloses(app);
  await ElectronApp.start(home, 'anna', { args: [link] }).then(
    (second) => second.quit(),
    () => undefined,
  );
  const opened = await DocumentPage.inWindow(app);
  await opened.shows('found by link');
});

async function libraryIsVisible(app: ElectronApp): Promise<boolean> {
  return app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible() === true);
}

async function libraryBounds(app: ElectronApp) {
  return app.electron.evaluate(({ BrowserWindow }) => {
    const window = BrowserWindow.getAllWindows()[0];
    if (window === undefined) throw new Error('no window');
    return window.getBounds();
  });
}
