import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import type { EmbeddedRelay } from '../../main/bridge.ts';
import { freePort } from '../processes/relay-process.ts';
import { waitFor } from './wait-for.ts';

const project = resolve(import.meta.dirname, '..', '..');
const started = new Set<ElectronApp>();
/** How long a start, and whatever is awaited in a window, may take. */
const patienceMs = 60_000;

/** A folder in which profiles and their relay live for one test. Its last relay seems to have been on a port that is
 *  free, so that tests which run at once, and a person's own app, do not compete for the usual one. */
export async function newHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'inkroom-app-'));
  const address = { url: `http://127.0.0.1:${await freePort()}`, instance: 'none' };
  await mkdir(join(home, 'relay'), { mode: 0o700 });
  await writeFile(join(home, 'relay', 'relay.json'), JSON.stringify(address));
  return home;
}

/** Ends every app that a test has left running, whatever its state, and removes the folders. */
export async function cleanUp(...homes: readonly string[]): Promise<void> {
  await Promise.all([...started].map((app) => app.kill()));
  await Promise.all(homes.map((home) => rm(home, { recursive: true, force: true, maxRetries: 10 })));
}

/** How an app is started, beside its profile. */
export interface StartOptions {
  /** Further arguments, such as a link. */
  readonly args?: readonly string[];
  /** The address that "Let this network join" opens. */
  readonly networkAddress?: string;
  /** Further variables, such as the languages of the system. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The real desktop app with one profile, in a process of its own, with real windows. */
export class ElectronApp {
  readonly profile: string;
  readonly home: string;
  readonly pid: number;
  readonly electron: ElectronApplication;
  /** All that the app printed, for when a test fails. */
  readonly printed: string[] = [];

  private constructor(electron: ElectronApplication, home: string, profile: string) {
    const { pid, stdout, stderr } = electron.process();
    if (pid === undefined) throw new Error('the app has no process');
    this.electron = electron;
    this.home = home;
    this.profile = profile;
    this.pid = pid;
    for (const stream of [stdout, stderr]) stream?.on('data', (data) => this.printed.push(String(data)));
    started.add(this);
  }

  /** Starts it; the same home and profile again after a kill are the same person on the same computer. */
  static async start(home: string, profile: string, options: StartOptions = {}): Promise<ElectronApp> {
    const { args = [], networkAddress = '127.0.0.2', env = {} } = options;
    const executablePath = process.env.INKROOM_TEST_ELECTRON;
    if (executablePath === undefined)
      throw new Error('INKROOM_TEST_ELECTRON is not set; `npm run test:e2e` sets it');
    const asRoot = process.platform === 'linux' && process.getuid?.() === 0;
    const electron = await _electron.launch({
      executablePath,
      args: [...(asRoot ? ['--no-sandbox'] : []), project, '--profile', profile, ...args],
      env: { ...environment(), INKROOM_HOME: home, INKROOM_NETWORK_ADDRESSES: networkAddress, ...env },
      timeout: patienceMs,
    });
    electron.context().setDefaultTimeout(patienceMs);
    return new ElectronApp(electron, home, profile);
  }

  /** The window with the list of documents. */
  async library(): Promise<Page> {
    const page = await this.#window('the library window', (url) => url === 'app://inkroom/index.html');
    await page.waitForLoadState('domcontentloaded');
    return page;
  }

  /** The window of a document, or the only one that shows a document. */
  async documentWindow(documentId?: string): Promise<Page> {
    const isIt = (url: string) =>
      url.startsWith(`app://inkroom/index.html#${documentId ?? ''}`) && !url.endsWith('#');
    return this.#window('the window of the document', isIt);
  }

  /** The windows that are open, by their addresses. */
  urls(): readonly string[] {
    return this.electron.windows().map((page) => page.url());
  }

  /** What this profile's windows are told about the relay of this computer. */
  async relay(): Promise<EmbeddedRelay> {
    const [page] = this.electron.windows();
    if (page === undefined) throw new Error('no window is open');
    return page.evaluate(() => {
      if (window.inkroom === undefined) throw new Error('no bridge');
      return window.inkroom.call('relay:get', null);
    });
  }

  /** Waits until the relay of this computer runs, and gives its address. */
  async relayUrl(): Promise<string> {
    let last: EmbeddedRelay | undefined;
    return waitFor(
      `the relay of ${this.profile} to run`,
      async () => {
        last = await this.relay();
        return last.state === 'running' && last.url;
      },
      { seen: () => [last, this.printed.slice(-5)] },
    );
  }

  /** Waits until this app owns the relay of this computer, and gives its process. */
  ownRelayPid(): Promise<number> {
    return waitFor(`the process of the relay of ${this.profile}`, () => this.relayPid(), {
      seen: () => this.relay(),
    });
  }

  /** The process of the relay, if this app owns it. */
  async relayPid(): Promise<number | undefined> {
    return this.electron.evaluate(
      ({ app }) => app.getAppMetrics().find(({ name }) => name === 'Inkroom relay')?.pid,
    );
  }

  /** SIGKILL to the main process, and waits until it is gone. */
  async kill(): Promise<void> {
    started.delete(this);
    await killProcess(this.pid);
  }

  /** Quits as a person does, and waits until it has. */
  async quit(): Promise<void> {
    started.delete(this);
    await this.electron.evaluate(({ app }) => app.quit()).catch(() => undefined);
    await processGone(this.pid);
  }

  /** Keeps a picture of every window beside the test results. */
  async screenshots(name: string): Promise<void> {
    const folder = join(project, 'test-results', 'windows');
    await mkdir(folder, { recursive: true });
    for (const [index, page] of this.electron.windows().entries()) {
      await page.screenshot({ path: join(folder, `${name}-${this.profile}-${index + 1}.png`) });
    }
  }

  #window(what: string, isIt: (url: string) => boolean): Promise<Page> {
    return waitFor(
      `${what} of ${this.profile}`,
      () => this.electron.windows().find((page) => !page.isClosed() && isIt(page.url())),
      { seen: () => [this.urls(), this.printed.slice(-5)] },
    );
  }
}

/** SIGKILL, and waits until the process is gone. */
export async function killProcess(pid: number): Promise<void> {
  if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  await processGone(pid);
}

/** Waits until no process has this number any more. */
export async function processGone(pid: number): Promise<void> {
  await waitFor(`process ${pid} to be gone`, () => !isRunning(pid));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function environment(): Record<string, string> {
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
