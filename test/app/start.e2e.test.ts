import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { projectRoot } from '../../scripts/places.ts';
import { freePort } from '../processes/relay-process.ts';
import { cleanUp, newHome } from './electron-app.ts';
import { waitFor } from './wait-for.ts';

let home: string;
const started: ChildProcess[] = [];

beforeEach(async () => {
  home = await newHome();
});

afterEach(async () => {
  await Promise.all(started.splice(0).map(end));
  await cleanUp(home);
});

/** `npm start` as a person types it, with a port at which its windows can be asked for. */
async function npmStart(...args: readonly string[]) {
  const port = await freePort();
  const npm = spawn('npm', ['run', '--silent', 'start', '--', ...args, `--remote-debugging-port=${port}`], {
    cwd: projectRoot,
    env: {
      ...process.env,
      ELECTRON_OVERRIDE_DIST_PATH: dirname(process.env.INKROOM_TEST_ELECTRON ?? ''),
      INKROOM_HOME: home,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(npm);
  const said: string[] = [];
  for (const stream of [npm.stdout, npm.stderr]) stream.on('data', (data) => said.push(String(data)));
  /** Waits for the library window to be there and drawn. */
  const window = () =>
    waitFor(
      'the library window',
      async () => {
        const targets: unknown = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
        if (!Array.isArray(targets)) return false;
        return targets.some(({ type, url, title }) => {
          return type === 'page' && url === 'app://inkroom/index.html' && /Inkroom/.test(title);
        });
      },
      { deadlineMs: 120_000, seen: () => said.join('') },
    );
  return { npm, window };
}

/** SIGTERM, and waits until it has ended. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

/** The instance that answers at the address in the shared file, if it is the one the file names. */
async function answeringRelay(): Promise<string | undefined> {
  const { url, instance } = JSON.parse(await readFile(join(home, 'relay', 'relay.json'), 'utf8'));
  const health: unknown = await (await fetch(`${url}/health`)).json().catch(() => undefined);
  const isIt = typeof health === 'object' && health !== null && Reflect.get(health, 'instance') === instance;
  return isIt ? `${url} ${instance}` : undefined;
}

test('npm start opens a window, npm start -- --profile a second person beside it, with one relay, until SIGTERM', async () => {
  const anna = await npmStart();
  await anna.window();
  const relay = await waitFor('the relay', answeringRelay);
  const berta = await npmStart('--profile', 'berta');
  await berta.window();
  for (const name of ['default', 'berta']) {
    await waitFor(`the profile ${name}`, async () => {
      await access(join(home, 'profiles', name, 'Local Storage'));
      return true;
    });
  }
  expect(await answeringRelay()).toBe(relay);
  expect(anna.npm.exitCode).toBeNull();

  await end(berta.npm);
  expect(await answeringRelay(), 'the first person goes on').toBe(relay);
  await end(anna.npm);
  await waitFor(
    'nobody to answer',
    async () => (await answeringRelay().catch(() => undefined)) === undefined,
  );
});
