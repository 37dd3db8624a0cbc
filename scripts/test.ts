import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDist } from './build.ts';
import { findElectron } from './electron-runtime.ts';
import { inProject } from './places.ts';
import { fail, run } from './run.ts';
import { ensureSystemPackages, findChromium } from './system-packages.ts';

/** The kinds of test, by the suffix of their files; `npm test` runs all but `bench`. */
const kinds = ['unit', 'socket', 'fuzz', 'e2e', 'bench'] as const;
type Kind = (typeof kinds)[number];

const [first, ...others] = process.argv.slice(2);
const named = kinds.find((kind) => kind === first);
const chosen = named ? [named] : kinds.filter((kind) => kind !== 'bench');
const vitestArgs = named || first === undefined ? others : [first, ...others];

process.exitCode = await test(chosen, vitestArgs);

async function test(chosen: readonly Kind[], vitestArgs: readonly string[]): Promise<number> {
  const windows = chosen.includes('e2e');
  const home = await mkdtemp(join(tmpdir(), 'inkroom-test-home-'));
  const env: NodeJS.ProcessEnv = { ...process.env, INKROOM_HOME: home };
  if (chosen.some((kind) => kind !== 'unit')) await ensureSystemPackages('test');
  if (windows) {
    const electron = await findElectron(true);
    if (!electron) fail('The tests of windows need an Electron, and none can be had here.');
    env.INKROOM_TEST_ELECTRON = electron.executable;
    const browser = findChromium();
    if (browser) env.INKROOM_TEST_CHROMIUM = browser;
    await buildDist();
  }
  const report = inProject('test-results', 'vitest.json');
  await mkdir(inProject('test-results'), { recursive: true });
  await rm(report, { force: true });
  const vitest = [
    process.execPath,
    inProject('node_modules', 'vitest', 'vitest.mjs'),
    'run',
    ...chosen.map((kind) => `--project=${kind}`),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...vitestArgs,
  ];
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  const bare = windows && process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY;
  const [command = '', ...args] = bare ? ['xvfb-run', '-a', ...vitest] : vitest;
  const code = await run(command, args, { env });
  await rm(home, { recursive: true, force: true });
  process.stdout.write(`${chosen.join(', ')}: ${await summary(report)}\n`);
  return code;
}

async function summary(report: string): Promise<string> {
  const text = await readFile(report, 'utf8').catch(() => undefined);
  if (text === undefined) return 'vitest left no report';
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(text);
  return `${numPassedTests} tests passed, ${numFailedTests} failed, ${numPendingTests} skipped`;
}
