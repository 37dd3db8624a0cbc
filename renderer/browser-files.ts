import { maxFileBytes, type OpenedFile, type SavedFile, type TextToSave } from './bridge.ts';

/** Reads files that the browser gave; one that is too large is not read. */
export function readFiles(files: Iterable<File>): Promise<readonly OpenedFile[]> {
  return Promise.all(
    [...files].map(async (file): Promise<OpenedFile> => {
      const { name, size } = file;
      if (size > maxFileBytes) return { name, problem: 'too-large' };
      const bytes = await file.arrayBuffer().catch(() => undefined);
      return bytes === undefined ? { name, problem: 'unreadable' } : { name, bytes: new Uint8Array(bytes) };
    }),
  );
}

/** Asks for files as a browser does; it has to be called by a press or a key. */
export function chooseInBrowser(): Promise<readonly OpenedFile[]> {
  const field = document.createElement('input');
  field.type = 'file';
  field.multiple = true;
  field.accept = '.md,.markdown,.txt,.text,text/markdown,text/plain';
  return new Promise((resolve) => {
    field.addEventListener('change', () => resolve(readFiles(field.files ?? [])));
    field.addEventListener('cancel', () => resolve([]));
    field.click();
  });
}

/** Saves a text as a download. */
export function downloadText({ name, text }: TextToSave): SavedFile {
  const type = name.endsWith('.md') ? 'text/markdown' : 'text/plain';
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
  return { state: 'saved', path: name };
}
