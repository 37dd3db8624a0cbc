import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { inProject } from './places.ts';
import { fail } from './run.ts';

// Starts the packaged app as a person would: from a folder away from the repository (whose node_modules would hide what the
// package lacks), with an empty home, with its sandbox, and never as root. The app must show its window, and its relay must answer.

const deadlineMs = 60_000;
/** The user that Linux calls `nobody`. */
const nobody = 65534;

const unpacked = ['release', join('release', 'trial')]
  .flatMap((folder) => [
    [join(folder, 'linux-unpacked'), 'inkroom'],
    [join(folder, 'win-unpacked'), 'Inkroom.exe'],
    [join(folder, 'mac'), 'Inkroom.app/Contents/MacOS/Inkroom'],
    [join(folder, 'mac-arm64'), 'Inkroom.app/Contents/MacOS/Inkroom'],
  ])
  .find(([folder, executable]) => existsSync(inProject(folder ?? '', executable ?? '')));
if (!unpacked) fail('There is no packaged app: run `npm run package:dir` first.');

const [from = '', executable = ''] = unpacked;
const place = await mkdtemp(join(tmpdir(), 'inkroom-package-'));
try {
  await tryApp(place);
} finally {
  await rm(place, { recursive: true, force: true, maxRetries: 5 });
}

async function tryApp(place: string): Promise<void> {
  const home = join(place, 'home');
  await cp(inProject(from), join(place, 'app'), { recursive: true, verbatimSymlinks: true });
  await mkdir(home);
  const asRoot = process.getuid?.() === 0;
  if (asRoot) {
    await chmod(place, 0o755);
    await chown(home, nobody, nobody);
    // As a system package installs it: the sandbox then works where users may not make namespaces.
    const sandbox = join(place, 'app', 'chrome-sandbox');
    if (existsSync(sandbox)) await chmod(sandbox, 0o4755);
  }
  const app = startApp(join(place, 'app', executable), home, asRoot);
  try {
    const devTools = await app.says(/DevTools listening on (ws:\/\/\S+)/);
    const relay = await app.says(/relay listening on (http:\/\/\S+)/);
    const page = await firstPage(devTools);
    const health = await fetch(`${relay}/health`);
    if (!health.ok) throw new Error(`${relay}/health answered ${health.status}`);
    process.stdout.write(
      `packaged app: window "${page.title}" shows ${page.words} words, relay ${relay} is healthy\n`,
    );
  } finally {
    await app.stop();
  }
}

type App = { says(pattern: RegExp): Promise<string>; stop(): Promise<void> };

function startApp(program: string, home: string, asRoot: boolean): App {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  const command = [program, '--remote-debugging-port=0'];
  // Under its own user the app cannot use root's display, so it gets one of its own.
  if (process.platform === 'linux' && (asRoot || (!DISPLAY && !WAYLAND_DISPLAY)))
    command.unshift('xvfb-run', '-a');
  if (asRoot) command.unshift('setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups');
  const [file = '', ...args] = command;
  const env = { ...process.env, HOME: home, INKROOM_HOME: join(home, 'inkroom') };
  const child = spawn(file, args, { cwd: home, env, detached: process.platform !== 'win32' });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  return {
    says: (pattern) =>
      until(
        `the app to say ${pattern}`,
        () => {
          const [, found] = pattern.exec(output) ?? [];
          if (found === undefined && child.exitCode !== null) throw new Error(`The app ended:\n${output}`);
          return found;
        },
        () => output,
      ),
    stop: async () => {
      signal(child, 'SIGTERM');
      const inTime = await Promise.race([
        ended.then(() => true),
        after(deadlineMs / 6, false, { ref: false }),
      ]);
      if (!inTime) signal(child, 'SIGKILL');
      await ended;
    },
  };
}

/** To the whole group: the app, its relay and its display. */
function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  if (process.platform === 'win32') child.kill(name);
  else process.kill(-child.pid, name);
}

async function firstPage(devTools: string): Promise<{ title: string; words: number }> {
  const browser = await chromium.connectOverCDP(devTools);
  try {
    const pages = () => browser.contexts().flatMap((context) => context.pages());
    const page = await until('a window', () => pages()[0]);
    const text = await until('text in the window', async () =>
      (await page.locator('body').innerText()).trim(),
    );
    await mkdir(inProject('test-results'), { recursive: true });
    await page.screenshot({ path: inProject('test-results', 'packaged-app.png') });
    return { title: await page.title(), words: text.split(/\s+/).length };
  } finally {
    await browser.close();
  }
}

async function until<Found>(
  what: string,
  look: () => Found | undefined | '' | Promise<Found | undefined | ''>,
  lastSeen: () => string = () => '',
): Promise<Found> {
  const giveUpAt = Date.now() + deadlineMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > giveUpAt) throw new Error(`Waited ${deadlineMs / 1000} s for ${what}. ${lastSeen()}`);
    await after(50);
  }
}
