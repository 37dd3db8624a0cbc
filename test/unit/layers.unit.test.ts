import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..', '..');

/** File in a layer, what it imports, and a word of the refusal that says what is allowed instead. */
const forbidden: readonly (readonly [file: string, imported: string, says: string])[] = [
  ['protocol/a.ts', 'node:fs', 'protocol/ is pure'],
  ['protocol/b.ts', 'yjs', 'protocol/ is pure'],
  ['protocol/c.ts', '../sync/outbox.ts', 'protocol/ is pure'],
  ['sync/a.ts', 'electron', 'no Electron'],
  ['sync/b.ts', '../relay-server/relay.ts', 'besides its own files it may import protocol/'],
  ['sync/c.ts', '../renderer/bridge.ts', 'no interface'],
  ['sync/d.ts', 'preact', 'no interface'],
  ['sync/e.ts', 'socket.io-client', 'Socket.IO belongs in'],
  ['sync/provider.ts', 'socket.io-client', 'Socket.IO belongs in sync/socket-transport.ts'],
  ['sync/deep/f.ts', '../../main/bridge.ts', 'besides its own files'],
  ['relay-server/a.ts', 'yjs', 'relay-server/ is blind'],
  ['relay-server/b.ts', 'y-protocols/awareness', 'relay-server/ is blind'],
  ['relay-server/c.ts', '../sync/sealing.ts', 'relay-server/ is blind'],
  ['relay-server/d.ts', '../main/main.ts', 'relay-server/ is blind'],
  ['relay-server/e.ts', 'socket.io', 'Socket.IO belongs in relay-server/server.ts'],
  ['relay-server/server.ts', 'yjs', 'relay-server/ is blind'],
  ['main/a.ts', '../relay-server/relay.ts', 'starts the relay as a process'],
  ['main/b.ts', '../sync/outbox.ts', "only its own files, Electron and Node's modules"],
  ['main/c.ts', '../renderer/main.tsx', 'reaches renderer/ through main/bridge.ts'],
  ['main/d.ts', 'yjs', 'only its own files'],
  ['renderer/a.ts', 'electron', 'the desktop is behind renderer/bridge.ts'],
  ['renderer/b.ts', '../main/bridge.ts', 'the desktop is behind renderer/bridge.ts'],
  ['renderer/c.ts', '../relay-server/relay.ts', 'may import sync/, protocol/ and browser packages'],
  ['renderer/d.ts', 'node:path', 'runs in a plain browser'],
  ['renderer/deep/e.tsx', 'socket.io-client', 'the network behind sync/'],
  ['renderer/bridge.ts', '../main/menu.ts', 'may import types of main/bridge.ts'],
];

const allowed: readonly (readonly [file: string, imported: string])[] = [
  ['protocol/y1.ts', './limits.ts'],
  ['protocol/y2.ts', 'lib0/encoding'],
  ['sync/y1.ts', '../protocol/limits.ts'],
  ['sync/y2.ts', 'yjs'],
  ['sync/socket-transport.ts', 'socket.io-client'],
  ['relay-server/y1.ts', '../protocol/limits.ts'],
  ['relay-server/y2.ts', 'classic-level'],
  ['main/y1.ts', 'electron'],
  ['main/y2.ts', 'node:fs/promises'],
  ['main/y3.ts', './bridge.ts'],
  ['renderer/bridge.ts', '../main/bridge.ts'],
  ['relay-server/server.ts', 'socket.io'],
  ['renderer/y1.ts', '../sync/outbox.ts'],
  ['renderer/deep/y2.ts', '../../protocol/limits.ts'],
  ['renderer/deep/y3.ts', '@codemirror/view'],
];

const folders: string[] = [];
let refused: ReadonlyMap<string, string> = new Map();
let passed: ReadonlyMap<string, string> = new Map();

beforeAll(async () => {
  refused = await refusalsOf(forbidden);
  passed = await refusalsOf(allowed);
});

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** Writes a file for each row into a folder of its own, and lints it with the rules of this repository. */
async function refusalsOf(rows: readonly (readonly [string, string, string?])[]) {
  const folder = await mkdtemp(join(tmpdir(), 'layers-'));
  folders.push(folder);
  const rules = JSON.parse(await readFile(join(root, 'biome.json'), 'utf8'));
  await writeFile(join(folder, 'biome.json'), JSON.stringify({ ...rules, vcs: { enabled: false } }));
  for (const [file, imported] of rows) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), `import { a } from '${imported}';\n\nexport const b = a;\n`);
  }
  return refusalsIn(folder);
}

describe('the linter keeps the layers', () => {
  test.each(forbidden)('%s may not import %s', (file, _imported, says) => {
    expect(refused.get(file)).toContain(says);
  });

  test.each(allowed)('%s may import %s', (file) => {
    expect(passed.get(file)).toBeUndefined();
  });

  test('a file with rules of its own exists', async () => {
    const { overrides }: { overrides: { includes: string[] }[] } = JSON.parse(
      await readFile(join(root, 'biome.json'), 'utf8'),
    );
    const files = overrides.flatMap(({ includes }) => includes).filter((path) => !path.includes('*'));
    expect(files.length).toBeGreaterThan(3);
    const there = files.filter((path) => existsSync(join(root, path.replace(/^!/, ''))));
    expect(there).toEqual(files);
  });
});

type Report = {
  diagnostics: { category: string; message: string; location: { path: string | { file: string } } }[];
};

/** What the linter says about the imports of each file, by its path in the folder. */
function refusalsIn(cwd: string): Promise<ReadonlyMap<string, string>> {
  const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const args = [biome, 'lint', '--reporter=json', '--max-diagnostics=none', '.'];
  return new Promise((done, failed) => {
    execFile(process.execPath, args, { cwd }, (_failed, stdout, stderr) => {
      try {
        const report: Report = JSON.parse(stdout);
        const imports = report.diagnostics.filter(({ category }) => category.endsWith('noRestrictedImports'));
        done(new Map(imports.map(({ location: { path }, message }) => [pathOf(path), message])));
      } catch {
        failed(new Error(`biome left no report: ${stderr}`));
      }
    });
  });
}

function pathOf(path: string | { file: string }): string {
  return (typeof path === 'string' ? path : path.file).replaceAll('\\', '/').replace(/^\.\//, '');
}
