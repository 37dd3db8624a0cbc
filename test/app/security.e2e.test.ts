import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleanUp, ElectronApp, newHome } from './electron-app.ts';
import { waitFor } from './wait-for.ts';

let home: string;
let app: ElectronApp;
let library: Page;

beforeAll(async () => {
  home = await newHome();
  app = await ElectronApp.start(home, 'anna');
  library = await app.library();
});

afterAll(() => cleanUp(home));

test('[secure] the first window is the library, shown, with a page that has been drawn', async () => {
  await library.getByRole('heading', { level: 1 }).waitFor();
  const shown = () =>
    app.electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map((window) => [window.isVisible(), window.getTitle()]),
    );
  await expect.poll(shown).toEqual([[true, 'Inkroom']]);
  expect(app.urls()).toEqual(['app://inkroom/index.html']);
});

test('[secure] a page has nothing of Node or Electron but the bridge, in a sandbox of its own', async () => {
  const found = await library.evaluate(() => ({
    globals: ['require', 'process', 'module', 'Buffer', 'electron', 'ipcRenderer'].filter(
      (name) => name in window,
    ),
    bridge: Object.keys(window.inkroom ?? {}),
    storage: typeof indexedDB,
    isSecure: window.isSecureContext,
  }));
  expect(found).toEqual({ globals: [], bridge: ['call', 'on'], storage: 'object', isSecure: true });
  const preferences = await app.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map(({ webContents }) => {
      const page: object = webContents;
      if (!('getLastWebPreferences' in page) || typeof page.getLastWebPreferences !== 'function')
        return undefined;
      return page.getLastWebPreferences.call(webContents);
    }),
  );
  expect(preferences).toMatchObject([
    { sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true, webviewTag: false },
  ]);
});

test('[secure] the bridge refuses channels that it does not have', async () => {
  const answers = await library.evaluate(async () => {
    const bridge: unknown = window.inkroom;
    const { call, on } = bridge as { call(channel: string): Promise<unknown>; on(channel: string): void };
    const thrown = (run: () => void) => {
      try {
        run();
        return 'allowed';
      } catch (error) {
        return String(error);
      }
    };
    const called = await call('ELECTRON_BROWSER_GET_LAST_WEB_PREFERENCES').catch(String);
    return [called, await call('toString').catch(String), thrown(() => on('ipc-internal'))];
  });
  expect(answers).toEqual([
    expect.stringContaining('No such call'),
    expect.stringContaining('No such call'),
    expect.stringContaining('No such news'),
  ]);
});

test('[secure] the page has a strict policy with a fresh nonce, and inline scripts do not run', async () => {
  const policies = await library.evaluate(async () => {
    const load = async () => {
      const response = await fetch('app://inkroom/index.html');
      return { policy: response.headers.get('content-security-policy') ?? '', page: await response.text() };
    };
    return [await load(), await load()];
  });
  const nonces = policies.map(({ policy, page }) => {
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toContain('unsafe');
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
    expect(nonce.length).toBeGreaterThanOrEqual(22);
    expect(page).toContain(nonce);
    expect(page).not.toContain('__CSP_NONCE__');
    return nonce;
  });
  expect(nonces[0]).not.toBe(nonces[1]);
  const ran = await library.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'document.documentElement.dataset.ran = "yes"';
    document.body.append(script);
    return document.documentElement.dataset.ran;
  });
  expect(ran).toBeUndefined();
});

test('[secure] the scheme serves the page and nothing beside it', async () => {
  const statuses = await library.evaluate(async () => {
    const paths = [
      '/index.html',
      '/../main/main.js',
      '/%2e%2e/main/main.js',
      '/..%2fmain%2fmain.js',
      '/..%5cmain%5cmain.js',
      '/.hidden',
      '/%00',
    ];
    return Promise.all(paths.map(async (path) => (await fetch(`app://inkroom${path}`)).status));
  });
  expect(statuses).toEqual([200, 404, 404, 404, 404, 404, 404]);
  const elsewhere = await library.evaluate(() =>
    fetch('app://elsewhere/index.html').then(({ status }) => status, String),
  );
  expect(elsewhere).not.toBe(200);
});

test('[secure] window.open and navigation stay inside; only https goes to the browser', async () => {
  await app.electron.evaluate(({ shell }) => {
    const opened: string[] = [];
    Object.assign(globalThis, { openedOutside: opened });
    shell.openExternal = async (url) => {
      opened.push(url);
    };
  });
  const opened = await library.evaluate(() =>
    [
      'https://example.org/',
      'http://example.org/',
      'file:///etc/passwd',
      'app://inkroom/index.html',
      'about:blank',
    ].map((url) => window.open(url)),
  );
  expect(opened).toEqual([null, null, null, null, null]);
  for (const url of ['http://example.org/away', 'data:text/html,away', 'https://example.org/away']) {
    await library.evaluate((address) => {
      const link = document.createElement('a');
      link.href = address;
      link.click();
    }, url);
  }
  const openedOutside = () =>
    app.electron.evaluate(() => Reflect.get(globalThis, 'openedOutside') as readonly string[]);
  await waitFor('two links in the browser', async () => (await openedOutside()).length >= 2, {
    seen: openedOutside,
  });
  expect(await openedOutside()).toEqual(['https://example.org/', 'https://example.org/away']);
  expect(app.urls()).toEqual(['app://inkroom/index.html']);
});

test('[secure] permissions are denied, except writing text to the clipboard', async () => {
  const asked = await library.evaluate(async () => ({
    notifications: await Notification.requestPermission(),
    clipboardRead: await navigator.clipboard.readText().then(
      () => 'read',
      () => 'denied',
    ),
    clipboardWrite: await navigator.clipboard.writeText('text').then(() => 'written', String),
    camera: await navigator.mediaDevices.getUserMedia({ video: true }).then(
      () => 'given',
      () => 'denied',
    ),
    position: await new Promise((resolve) => {
      navigator.geolocation.getCurrentPosition(
        () => resolve('given'),
        () => resolve('denied'),
      );
    }),
  }));
  expect(asked).toEqual({
    notifications: 'denied',
    clipboardRead: 'denied',
    clipboardWrite: 'written',
    camera: 'denied',
    position: 'denied',
  });
});

test('[secure] a page of another origin is not answered, even with our preload script', async () => {
  const answers = await app.electron.evaluate(async ({ app, BrowserWindow }) => {
    const preload = `${app.getAppPath()}/dist/main/preload.cjs`;
    const foreign = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
    await foreign.loadURL('data:text/html,foreign');
    const ask = `Promise.all(['relay:get', 'library:show'].map((channel) =>
      window.inkroom.call(channel, null).then(() => 'answered', String)))`;
    const said: unknown = await foreign.webContents.executeJavaScript(ask);
    foreign.destroy();
    return said;
  });
  expect(answers).toEqual([
    expect.stringContaining('only pages of this app'),
    expect.stringContaining('only pages of this app'),
  ]);
});

test('[G8] arguments of another form are refused, and the app goes on', async () => {
  const answer = await library.evaluate(() => {
    const bridge: unknown = window.inkroom;
    const { call } = bridge as { call(channel: string, argument: unknown): Promise<unknown> };
    return call('document:open', { documentId: '../etc', relay: 'local', create: true }).catch(String);
  });
  expect(answer).toContain('no document ID');
  expect(app.urls()).toHaveLength(1);
});
