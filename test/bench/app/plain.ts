import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as Y from 'yjs';
import { bundleInto } from '../../../scripts/build.ts';
import { inProject } from '../../../scripts/places.ts';
import type { ElectronApp } from '../../app/electron-app.ts';
import { waitFor } from '../../app/wait-for.ts';
import { forgetRecord, recordOf } from '../client/page-record.ts';
import { goToMark, type Keys, markedProse, type } from './typing.ts';

/** Keys in CodeMirror alone, at one size. */
export interface PlainCase {
  readonly textBytes: number;
  readonly localMs: readonly number[];
}

const style = `html,body{height:100%;margin:0}.cm-editor{height:100%}
.cm-scroller{overflow:auto;font:17px/1.7 sans-serif}.cm-content{max-width:680px;margin:0 auto;padding:40px 24px 40vh}`;

/** The page with CodeMirror alone, built once. */
export interface PlainPage {
  readonly file: string;
  remove(): Promise<void>;
}

/** Builds it. */
export async function buildPlainPage(): Promise<PlainPage> {
  const folder = await mkdtemp(join(tmpdir(), 'inkroom-plain-'));
  await bundleInto(folder, {
    root: inProject(),
    build: {
      lib: { entry: inProject('test', 'bench', 'app', 'plain-editor.ts'), formats: ['iife'], name: 'plain' },
      rolldownOptions: { output: { entryFileNames: 'plain.js' } },
    },
  });
  const file = join(folder, 'plain.html');
  const html = `<!doctype html><meta charset="utf-8"><title>Plain</title><style>${style}</style><body><script src="plain.js"></script>`;
  await writeFile(file, html);
  return { file, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Types at the top of the same text in a window of the same Electron that holds CodeMirror alone. */
export async function measurePlain(
  app: ElectronApp,
  { file }: PlainPage,
  textBytes: number,
  keys: Keys,
): Promise<PlainCase> {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, markedProse(textBytes));
  const text = doc.getText('content').toString();
  await app.electron.evaluate(({ BrowserWindow }, file) => {
    void new BrowserWindow({ width: 1080, height: 760 }).loadFile(file);
  }, file);
  const page = await waitFor('the plain page', () =>
    app.electron.windows().find((window) => window.url().endsWith('plain.html')),
  );
  await page.waitForFunction(() => 'show' in window);
  await page.evaluate((text) => window.show(text), text);
  await goToMark(page);
  await type(page, { ...keys, count: 8 });
  await delay(3000);
  await forgetRecord(page);
  await type(page, keys);
  await delay(300);
  const { keyToPaintMs } = await recordOf(page);
  await page.close();
  return { textBytes, localMs: keyToPaintMs };
}
