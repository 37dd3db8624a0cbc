import { randomBytes } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { BrowserWindow, dialog, type WebContents } from 'electron';
import { maxFileBytes, type OpenedFile, type SavedFile, type TextToSave } from './bridge.ts';
import { strings } from './strings.ts';

const words = strings.files;
const textFiles = ['md', 'markdown', 'txt', 'text'];

/** Asks which files to open and reads them; none where the person changed their mind. */
export async function openFiles(sender: WebContents): Promise<readonly OpenedFile[]> {
  const window = BrowserWindow.fromWebContents(sender);
  const options: Electron.OpenDialogOptions = {
    title: words.open,
    filters: [
      { name: words.text, extensions: textFiles },
      { name: words.all, extensions: ['*'] },
    ],
    properties: ['openFile', 'multiSelections'],
  };
  const { canceled, filePaths } = await (window === null
    ? dialog.showOpenDialog(options)
    : dialog.showOpenDialog(window, options));
  return canceled ? [] : Promise.all(filePaths.map(readFileAt));
}

/** Asks where to save a text and writes it there whole or not at all. */
export async function saveFile({ name, text }: TextToSave, sender: WebContents): Promise<SavedFile> {
  const window = BrowserWindow.fromWebContents(sender);
  const options: Electron.SaveDialogOptions = {
    title: words.save,
    defaultPath: basename(name),
    filters: kindsFor(name),
    properties: ['createDirectory', 'showOverwriteConfirmation'],
  };
  const { canceled, filePath } = await (window === null
    ? dialog.showSaveDialog(options)
    : dialog.showSaveDialog(window, options));
  if (canceled || filePath === '') return { state: 'cancelled' };
  const path = extname(filePath) === '' && basename(filePath) !== name ? `${filePath}.md` : filePath;
  try {
    await writeWhole(path, text);
    return { state: 'saved', path };
  } catch (error) {
    return { state: 'failed', reason: reasonOf(error) };
  }
}

/** The kinds of file to choose from, that of the proposed name first: some systems put the ending of the first behind a name. */
function kindsFor(name: string): Electron.FileFilter[] {
  const kinds = [
    { name: words.markdown, extensions: ['md'] },
    { name: words.plainText, extensions: ['txt'] },
  ];
  const own = kinds.find(({ extensions }) => extensions.some((ending) => extname(name) === `.${ending}`));
  const first = own ?? { name: words.all, extensions: ['*'] };
  return [first, ...kinds.filter((kind) => kind !== own)];
}

async function readFileAt(path: string): Promise<OpenedFile> {
  const name = basename(path);
  try {
    const { size } = await stat(path);
    if (size > maxFileBytes) return { name, problem: 'too-large' };
    const file = await open(path, 'r');
    try {
      return { name, bytes: new Uint8Array(await file.readFile()) };
    } finally {
      await file.close();
    }
  } catch {
    return { name, problem: 'unreadable' };
  }
}

/** A file that was there stays as it was until the new one is on the disk. */
async function writeWhole(path: string, text: string): Promise<void> {
  const part = join(dirname(path), `.${randomBytes(6).toString('hex')}.part`);
  try {
    const file = await open(part, 'wx');
    try {
      await file.writeFile(text, 'utf8');
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return words.reasons[code] ?? (error instanceof Error ? error.message : String(error));
}
