import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fallbackElectron, fallbackVersion } from './fallback-electron.ts';
import { inProject } from './places.ts';
import { fail, run } from './run.ts';

/** An Electron that can be run: where it came from, its executable, and the folder a packaged app is made from.
 *  Only an `official` one may end up in something that people install. */
export type ElectronRuntime = {
  readonly kind: 'override' | 'official' | 'fallback';
  readonly version: string;
  readonly executable: string;
  readonly folder: string;
};

/** A connection that is refused fails at once and one that hangs after 10 s; this is for the download itself. */
const downloadDeadlineMs = 10 * 60_000;

/** Finds an Electron, downloading it if need be, and says in one line which it is.
 *  `undefined` if the official one cannot be had and nobody accepted the fallback: tests do by `acceptFallback`,
 *  a person by `INKROOM_ELECTRON=fallback`; `INKROOM_ELECTRON=official` refuses it for tests, too. */
export async function findElectron(acceptFallback: boolean): Promise<ElectronRuntime | undefined> {
  const wanted = process.env.INKROOM_ELECTRON;
  const runtime =
    (await overridden()) ??
    (wanted === 'fallback' ? undefined : await official()) ??
    (wanted === 'fallback' || (acceptFallback && wanted !== 'official') ? await fallback() : undefined);
  if (runtime) process.stdout.write(`electron: ${describe(runtime)}\n`);
  return runtime;
}

function describe({ kind, version, folder }: ElectronRuntime): string {
  if (kind === 'official') return `${version}, the official one`;
  if (kind === 'override') return `${version} from ELECTRON_OVERRIDE_DIST_PATH (${folder})`;
  return `${version}, the fallback for trying and testing only (see docs/decisions.md), ${folder}`;
}

async function overridden(): Promise<ElectronRuntime | undefined> {
  const given = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (!given) return undefined;
  const folder = resolve(given);
  const executable = join(folder, process.platform === 'win32' ? 'electron.exe' : 'electron');
  if (!existsSync(executable)) fail(`ELECTRON_OVERRIDE_DIST_PATH is set, but there is no ${executable}.`);
  return { kind: 'override', folder, executable, version: await versionIn(folder) };
}

async function official(): Promise<ElectronRuntime | undefined> {
  const home = inProject('node_modules', 'electron');
  const installer = join(home, 'install.js');
  if (!existsSync(installer)) fail('node_modules is incomplete: run `npm install` first.');
  const isThere = () => existsSync(join(home, 'path.txt')) && existsSync(join(home, 'dist', 'version'));
  if (!isThere()) {
    process.stdout.write('electron: downloading the official Electron\n');
    const signal = AbortSignal.timeout(downloadDeadlineMs);
    const code = await run(process.execPath, [installer], { stdio: 'ignore', signal }).catch(() => 1);
    if (code !== 0 || !isThere()) {
      process.stdout.write('electron: the official Electron could not be downloaded\n');
      return undefined;
    }
  }
  const folder = join(home, 'dist');
  const executable = join(folder, await readFile(join(home, 'path.txt'), 'utf8'));
  return { kind: 'official', folder, executable, version: await versionIn(folder) };
}

async function fallback(): Promise<ElectronRuntime | undefined> {
  try {
    const folder = await fallbackElectron();
    return { kind: 'fallback', folder, executable: join(folder, 'electron'), version: fallbackVersion };
  } catch (error) {
    process.stdout.write(`electron: no fallback either: ${error instanceof Error ? error.message : error}\n`);
    return undefined;
  }
}

async function versionIn(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'version'), 'utf8').catch(() => 'unknown version');
  return text.trim().replace(/^v/, '');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const runtime = await findElectron(true);
  if (!runtime) fail('No Electron can be had here.');
  process.stdout.write(`${dirname(runtime.executable)}\n`);
}
