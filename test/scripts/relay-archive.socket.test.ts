import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { inProject, projectRoot } from '../../scripts/places.ts';
import { openDocument } from '../../sync/node.ts';
import { waitFor } from '../app/wait-for.ts';
import { type RelayProcess, startRelay } from '../processes/relay-process.ts';
import { temporaryFolder } from '../relay/temporary-folder.ts';

const bytesAllowed = 12_000_000;
/** What `classic-level` consists of: the only package that is not within the bundled program. */
const packages = [
  'abstract-level',
  'base64-js',
  'buffer',
  'classic-level',
  'ieee754',
  'inkroom-relay',
  'is-buffer',
  'level-supports',
  'level-transcoder',
  'maybe-combine-errors',
  'module-error',
  'napi-macros',
  'node-gyp-build',
];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let archive: string;
let relay: RelayProcess | undefined;

beforeAll(async () => {
  folder = await temporaryFolder();
  run(
    process.execPath,
    ['--import', 'tsx', inProject('scripts', 'relay-archive.ts'), folder.path],
    projectRoot,
  );
  archive = join(folder.path, `inkroom-relay-${packageJson.version}.tgz`);
});
afterEach(async () => {
  await relay?.kill('SIGKILL');
  relay = undefined;
});
afterAll(() => folder.remove());

function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

async function filesIn(place: string): Promise<readonly string[]> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Two people write through a relay that was installed and started as this program. */
async function writtenThrough(program: string, data: string): Promise<void> {
  relay = await startRelay({ program, data });
  const { url } = relay;
  const ann = await openDocument({ relayUrl: url, document: 'new' });
  ann.text.insert(0, 'Written by Ann.');
  await ann.whenSaved();
  const bob = await openDocument({ relayUrl: url, document: ann.keys.editId ?? '' });
  await waitFor('what Ann wrote', () => bob.text.toString() === 'Written by Ann.');
  bob.text.insert(bob.text.length, ' And by Bob.');
  await bob.whenSaved();
  await waitFor('what Bob wrote', () => ann.text.toString() === 'Written by Ann. And by Bob.');
  await Promise.all([ann.close(), bob.close()]);
  const page = await (await fetch(url)).text();
  expect(page).toContain('<title>Inkroom');
  const [, script = ''] = /<script[^>]+src="([^"]+)"/.exec(page) ?? [];
  expect((await fetch(new URL(script, url))).status).toBe(200);
  expect(relay.output().trim().split('\n')).toHaveLength(1);
  expect(await relay.kill('SIGTERM')).toEqual({ code: 0, signal: null });
}

describe('the archive of the relay alone', () => {
  it('npm installs it without a network and with nothing of the editor, and two people write through it', async () => {
    const place = join(folder.path, 'installed');
    await mkdir(place);
    const emptyCache = join(folder.path, 'npm-cache');
    run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--cache', emptyCache, archive], place);
    const manifests = (await filesIn(join(place, 'node_modules'))).filter((file) =>
      /node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(file.replaceAll('\\', '/')),
    );
    const names = await Promise.all(
      manifests.map(async (file) => JSON.parse(await readFile(file, 'utf8')).name),
    );
    expect(names.sort()).toEqual(packages);
    await writtenThrough(join(place, 'node_modules', '.bin', 'inkroom-relay'), join(folder.path, 'data-1'));
  });

  it('unpacked, it runs with Node alone; it has the web editor, the files for a server, and all licences', async () => {
    const place = join(folder.path, 'unpacked');
    await mkdir(place);
    run('tar', ['-xzf', archive, '--strip-components=1'], place);
    const files = await filesIn(place);
    const sizes = await Promise.all(files.map(async (file) => (await readFile(file)).length));
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(bytesAllowed);
    expect(files.filter((file) => file.endsWith('.map'))).toEqual([]);
    const licences = await readFile(join(place, 'LICENCES.txt'), 'utf8');
    for (const name of ['socket.io', 'ws', 'yjs', 'preact', '@fontsource-variable/inter'])
      expect(licences).toContain(`\n== ${name} `);
    for (const file of ['inkroom-relay.service', 'Caddyfile'])
      expect(files).toContain(join(place, 'deploy', file));
    expect(run(process.execPath, [join(place, 'inkroom-relay.js'), '--version'], place)).toBe(
      `inkroom-relay ${packageJson.version}\n`,
    );
    await writtenThrough(join(place, 'inkroom-relay.js'), join(folder.path, 'data-2'));
  });
});
