import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { ask, fail, run } from './run.ts';

/** A Debian package under each name it has had; newer releases added `t64` to some. */
type Package = readonly [string, ...string[]];

/** What Electron loads from the system, and what unpacks the fallback one. */
const toRun: readonly Package[] = [
  ['libgtk-3-0', 'libgtk-3-0t64'],
  ['libnss3'],
  ['libasound2', 'libasound2t64'],
  ['libgbm1'],
  ['libxss1'],
  ['libsecret-1-0'],
  ['fonts-dejavu-core'],
  ['unzip'],
];
/** What tests need besides: a display, a tracer that shows what reaches the disk, a maker of certificates,
 *  and what checks a unit of systemd. */
const toTest: readonly Package[] = [...toRun, ['xvfb'], ['xauth'], ['strace'], ['openssl'], ['systemd']];
const chromium: Package = ['chromium'];

/** Where a Chromium of the system may be, in order of preference. */
const chromiumPaths: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
};

/** The browser that tests of the web client drive, or `undefined` if this system has none.
 *  `INKROOM_TEST_CHROMIUM` names another one. */
export function findChromium(): string | undefined {
  return (
    process.env.INKROOM_TEST_CHROMIUM ?? chromiumPaths[process.platform]?.find((path) => existsSync(path))
  );
}

/** What the packages are asked and installed with, and as whom. */
export interface PackageMeans {
  readonly isDebian: boolean;
  readonly isRoot: boolean;
  readonly hasChromium: boolean;
  /** What a command printed; undefined if it failed. */
  ask(command: string, args: readonly string[]): Promise<string | undefined>;
  /** Runs a command before everyone's eyes and gives its exit code. */
  run(command: string, args: readonly string[]): Promise<number>;
  /** Ends the script with a sentence. */
  fail(sentence: string): never;
}

function thisSystem(): PackageMeans {
  return {
    isDebian: process.platform === 'linux' && existsSync('/usr/bin/dpkg-query'),
    isRoot: process.getuid?.() === 0,
    hasChromium: findChromium() !== undefined,
    ask,
    run: (command, args) => {
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
      return run(command, args, { env, stdio: ['ignore', 'inherit', 'inherit'] });
    },
    fail,
  };
}

/** Makes sure that the system's packages are there that running or testing needs.
 *  As root on Debian and its kin it installs them; otherwise it prints the command and ends the script. Elsewhere: nothing. */
export async function ensureSystemPackages(
  purpose: 'run' | 'test',
  means: PackageMeans = thisSystem(),
): Promise<void> {
  if (!means.isDebian) return;
  const wanted = purpose === 'run' ? toRun : means.hasChromium ? toTest : [...toTest, chromium];
  const missing = await notInstalled(wanted, means);
  if (missing.length === 0) return;
  if (!means.isRoot) {
    const names = (await namesHere(missing, means)).join(' ');
    means.fail(
      `Some packages of the system are missing. Install them, then try again:\n  sudo apt-get install ${names}`,
    );
  }
  process.stdout.write(`packages: installing ${missing.map(([name]) => name).join(' ')}\n`);
  await apt(means, 'update', '-q');
  await apt(means, 'install', '-y', '-q', '--no-install-recommends', ...(await namesHere(missing, means)));
  const still = await notInstalled(wanted, means);
  if (still.length > 0) means.fail(`Could not install ${still.map(([name]) => name).join(' ')}.`);
}

async function notInstalled(
  packages: readonly Package[],
  { ask }: PackageMeans,
): Promise<readonly Package[]> {
  const field = (name: string) => `\${${name}}`;
  const format = `${field('Package')} ${field('db:Status-Status')}\n`;
  const listed = (await ask('dpkg-query', ['--show', `--showformat=${format}`])) ?? '';
  const installed = new Set(
    listed
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return packages.filter((names) => !names.some((name) => installed.has(name)));
}

/** The name under which this release of the distribution has each package. */
async function namesHere(packages: readonly Package[], { ask }: PackageMeans): Promise<readonly string[]> {
  return Promise.all(
    packages.map(async (names) => {
      for (const name of names) if (await ask('apt-cache', ['madison', name])) return name;
      return names[0];
    }),
  );
}

async function apt(means: PackageMeans, ...args: readonly string[]): Promise<void> {
  const code = await means.run('apt-get', args);
  if (code !== 0) means.fail(`apt-get ${args.join(' ')} ended with code ${code}.`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await ensureSystemPackages(process.argv[2] === 'run' ? 'run' : 'test');
}
