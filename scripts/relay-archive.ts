import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { buildDist, withBinaries } from './build.ts';
import { licencesOf } from './licences.ts';
import { inProject } from './places.ts';
import { ask, fail } from './run.ts';

// `npm run package:relay [-- DIR]` makes one archive of the relay alone, in release/ or DIR: the bundled program, the web editor,
// what runs it on a server, and the packages with a binary. It installs without a network, and npm is not needed to unpack it.

const target = resolve(process.env.INIT_CWD ?? '.', process.argv[2] ?? inProject('release'));
/** Sources of LevelDB: the binaries for Linux, macOS and Windows are there, so nobody compiles them. */
const notPacked = ['deps', 'src', 'binding.cc', 'binding.gyp'];

await buildDist(['relay', 'renderer']);
const stage = await mkdtemp(join(tmpdir(), 'inkroom-relay-archive-'));
try {
  const packages = await fill(stage);
  await mkdir(target, { recursive: true });
  const said = await ask('npm', ['pack', stage, '--pack-destination', target, '--json', '--silent']);
  if (said === undefined) fail('npm could not pack the relay.');
  const [{ filename, size, unpackedSize }] = JSON.parse(said);
  const megabytes = (bytes: number) => `${(bytes / 1_000_000).toFixed(1)} MB`;
  process.stdout.write(
    `${join(target, basename(filename))}: ${megabytes(size)}, ${megabytes(unpackedSize)} unpacked, ` +
      `with ${packages.length} packages: ${packages.join(' ')}\n`,
  );
} finally {
  await rm(stage, { recursive: true, force: true });
}

/** Puts everything that the archive holds into a folder; gives the names of the packages in it. */
async function fill(stage: string): Promise<readonly string[]> {
  const program = await readFile(inProject('dist', 'relay', 'cli.js'), 'utf8');
  await writeFile(join(stage, 'inkroom-relay.js'), `#!/usr/bin/env node\n${program}`, { mode: 0o755 });
  const noMap = { recursive: true, filter: (path: string) => !path.endsWith('.map') };
  await cp(inProject('dist', 'renderer'), join(stage, 'web'), noMap);
  await cp(inProject('relay-server', 'deploy'), join(stage, 'deploy'), { recursive: true });
  await writeFile(join(stage, 'README.md'), await guide());
  await cp(inProject('LICENSE'), join(stage, 'LICENSE'));
  const packages = await needed(withBinaries);
  for (const name of packages) {
    await cp(inProject('node_modules', name), join(stage, 'node_modules', name), {
      recursive: true,
      filter: (path) => !notPacked.some((part) => path === inProject('node_modules', name, part)),
    });
  }
  await writeFile(join(stage, 'LICENCES.txt'), await licencesOf(['relay', 'renderer']));
  await writeFile(join(stage, 'package.json'), `${JSON.stringify(manifest(), undefined, 2)}\n`);
  return packages;
}

/** What an operator reads: how to set it up, and how to operate it. */
async function guide(): Promise<string> {
  const readme = await readFile(inProject('README.md'), 'utf8');
  const operating = await readFile(inProject('docs', 'operating.md'), 'utf8');
  const [, setUp] = /^(## Run your own\n.*?)^## /msu.exec(readme) ?? [];
  if (setUp === undefined) fail('The README has no section "Run your own".');
  const here = setUp.replaceAll('(docs/operating.md)', '(#options)');
  return `# Inkroom relay\n\n${here}${operating.replace('../README.md', '')}`;
}

function manifest(): object {
  const { version, license, author, engines, dependencies } = packageJson;
  const runtime = Object.entries(dependencies).filter(([name]) => withBinaries.includes(name));
  return {
    name: 'inkroom-relay',
    version,
    description: 'The blind relay of Inkroom, with its web editor',
    license,
    author,
    private: true,
    type: 'module',
    bin: { 'inkroom-relay': 'inkroom-relay.js' },
    engines,
    dependencies: Object.fromEntries(runtime),
    bundleDependencies: withBinaries,
  };
}

/** These packages and all they need, as they are installed here. */
async function needed(names: readonly string[]): Promise<readonly string[]> {
  const found = new Set(names);
  for (const name of found) {
    const folder = inProject('node_modules', name);
    if ((await readdir(folder)).includes('node_modules')) fail(`${name} has packages of its own; pack them.`);
    const { dependencies = {} } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    for (const each of Object.keys(dependencies)) found.add(each);
  }
  return [...found].sort();
}
