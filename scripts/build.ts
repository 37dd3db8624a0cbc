import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type InlineConfig, normalizePath, type Plugin } from 'vite';
import { makeDictionaries } from './dictionaries.ts';
import { withLock } from './lock.ts';
import { inProject } from './places.ts';

/** A bundle of `dist/`: what it is made from, and where it goes. */
type Part = {
  /** Files or folders whose content decides whether the part is built again. */
  readonly inputs: readonly string[];
  /** The folder under `dist/` that the part fills alone. */
  readonly folder: string;
  readonly bundles: readonly InlineConfig[];
  /** What else goes into the folder. */
  readonly make?: (folder: string) => Promise<void>;
};

/** Packages with a binary of their own; the only ones that are needed beside the bundles. */
export const withBinaries = ['classic-level'];
/** `ws` asks for these if present; they are optional and not installed. */
const optional = ['bufferutil', 'utf-8-validate'];

const parts: readonly Part[] = [
  {
    folder: 'relay',
    inputs: ['protocol', 'relay-server'],
    bundles: [nodeBundle('relay-server/cli.ts', 'cli.js')],
  },
  {
    folder: 'node',
    inputs: ['protocol', 'sync'],
    bundles: [nodeBundle('sync/node.ts', 'index.js')],
  },
  {
    folder: 'main',
    inputs: ['main'],
    bundles: [
      nodeBundle('main/main.ts', 'main.js', ['electron']),
      nodeBundle('main/preload.ts', 'preload.cjs', ['electron'], 'cjs'),
      nodeBundle('main/dictionary-maker.ts', 'dictionary-maker.js'),
    ],
  },
  {
    folder: 'dictionaries',
    inputs: ['main/hunspell-dictionary.ts', 'main/bdic.ts', 'main/bdic-words.ts', 'scripts/dictionaries.ts'],
    bundles: [],
    make: makeDictionaries,
  },
  {
    folder: 'renderer',
    inputs: [
      'protocol',
      'sync',
      'renderer',
      'main/bridge.ts',
      'main/document-commands.ts',
      'main/strings.ts',
    ],
    bundles: [rendererBundle()],
  },
];

/** A program for Node in one file; packages with binaries stay outside. */
export function nodeBundle(
  entry: string,
  fileName: string,
  external: readonly string[] = [],
  format: 'es' | 'cjs' = 'es',
): InlineConfig {
  return {
    root: inProject(),
    ssr: { target: 'node', noExternal: true, external: [...withBinaries, ...optional, ...external] },
    build: {
      ssr: inProject(entry),
      target: 'node20',
      minify: false,
      rolldownOptions: {
        external: [...withBinaries, ...optional, ...external],
        output: { format, entryFileNames: fileName, codeSplitting: false },
      },
    },
  };
}

/** The page of the desktop app and of the web client. Nothing is inlined, because its content security policy
 *  allows no inline scripts and no `data:` fonts; addresses are relative, because it is served at any path. */
function rendererBundle(): InlineConfig {
  return {
    root: inProject('renderer'),
    base: './',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    plugins: [earlyScript()],
    // Workers fetch parts of themselves when they need them, as the page does.
    worker: { format: 'es' },
    build: {
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      cssCodeSplit: false,
      chunkSizeWarningLimit: 1500,
    },
  };
}

/** Brings `dist/`, or only the named folders of it, up to date and returns the folders that had to be built.
 *  Parts whose inputs have not changed are kept; processes that build at once take turns. */
export async function buildDist(only?: readonly string[]): Promise<readonly string[]> {
  return withLock(inProject('dist', '.lock'), async () => {
    const built: string[] = [];
    for (const part of parts) {
      if (only && !only.includes(part.folder)) continue;
      if (await buildPart(part)) built.push(part.folder);
    }
    return built;
  });
}

async function buildPart(part: Part): Promise<boolean> {
  const target = inProject('dist', part.folder);
  const stampFile = inProject('dist', `.${part.folder}.stamp`);
  const stamp = await fingerprint(part);
  const stampNow = await readFile(stampFile, 'utf8').catch(() => '');
  if (stamp === stampNow && existsSync(target)) return false;
  const startedAt = Date.now();
  const next = inProject('dist', `.${part.folder}.next`);
  await rm(next, { recursive: true, force: true });
  for (const bundle of part.bundles) await bundleInto(next, bundle);
  await part.make?.(next);
  await rm(target, { recursive: true, force: true });
  await rename(next, target);
  await writeFile(stampFile, stamp);
  // Not on stdout: that belongs to what is run after the build.
  process.stderr.write(`build: dist/${part.folder} in ${((Date.now() - startedAt) / 1000).toFixed(1)} s\n`);
  return true;
}

/** Builds one bundle into a folder, and fails where it holds two copies of Yjs. */
export async function bundleInto(outDir: string, bundle: InlineConfig): Promise<void> {
  await mkdir(outDir, { recursive: true });
  await build({
    ...bundle,
    configFile: false,
    logLevel: 'warn',
    mode: 'production',
    resolve: { dedupe: ['yjs', 'lib0', '@codemirror/state', '@codemirror/view', 'preact'] },
    plugins: [...(bundle.plugins ?? []), onlyOneYjs()],
    build: { ...bundle.build, outDir, emptyOutDir: false, sourcemap: true, reportCompressedSize: false },
  });
}

/** A script of its own that runs while the page's first one is still fetched; Vite makes one of all that the page names. */
function earlyScript(): Plugin {
  const entry = normalizePath(inProject('renderer/early.ts'));
  return {
    name: 'early-script',
    buildStart() {
      this.emitFile({ type: 'chunk', id: entry, name: 'early' });
    },
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle = {} }) {
        const early = Object.values(bundle).find(
          (part) => part.type === 'chunk' && part.facadeModuleId === entry,
        );
        if (early === undefined) throw new Error(`${entry} is not in the build`);
        const attrs = { type: 'module', async: true, src: `./${early.fileName}` };
        return [{ tag: 'script', attrs, injectTo: 'head' }];
      },
    },
  };
}

/** Two copies of Yjs in one program break `instanceof` and lose edits without a word, so a build with two fails. */
function onlyOneYjs(): Plugin {
  return {
    name: 'only-one-yjs',
    generateBundle() {
      const copies = [...this.getModuleIds()].filter((id) =>
        /[\\/]yjs[\\/](dist|src)[\\/](yjs|index)\.\w+$/.test(id),
      );
      if (copies.length > 1) this.error(`more than one copy of yjs: ${copies.join(', ')}`);
    },
  };
}

async function fingerprint(part: Part): Promise<string> {
  const hash = createHash('sha256');
  const inputs = [...part.inputs, 'scripts/build.ts', 'package.json', 'package-lock.json', 'tsconfig.json'];
  for (const input of inputs) {
    for (const file of await filesUnder(inProject(input))) {
      hash
        .update(file)
        .update('\0')
        .update(await readFile(file))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

async function filesUnder(path: string): Promise<readonly string[]> {
  if (!existsSync(path)) return [];
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch(() => undefined);
  if (entries === undefined) return [path];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const built = await buildDist();
  if (built.length === 0) process.stdout.write(`build: ${basename(inProject())}/dist is up to date\n`);
}
