import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { bridge, type OpenedFile } from '../bridge.ts';
import { readFiles } from '../browser-files.ts';
import { strings } from '../strings.ts';

/** Why the last file was not taken; empty where it was. */
export const fileProblem = signal('');

/** Asks for files and makes documents of them; the only one is opened. */
export async function chooseFiles(): Promise<void> {
  await takeFiles(await bridge.call('file:open', null));
}

/** The page as a place on which files can be dropped. */
export function FileDrop({ children }: { readonly children: ComponentChildren }) {
  const [over, setOver] = useState(false);
  useEffect(() => listenForDrops(setOver), []);
  return <div class={over ? 'library dropping' : 'library'}>{children}</div>;
}

function listenForDrops(setOver: (over: boolean) => void): () => void {
  const listening = new AbortController();
  const { signal: until } = listening;
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
  const drag = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    setOver(true);
  };
  const leave = ({ relatedTarget }: DragEvent) => relatedTarget === null && setOver(false);
  const drop = (event: DragEvent) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    setOver(false);
    void readFiles(event.dataTransfer?.files ?? []).then(takeFiles);
  };
  window.addEventListener('dragover', drag, { signal: until });
  window.addEventListener('dragleave', leave, { signal: until });
  window.addEventListener('drop', drop, { signal: until });
  return () => listening.abort();
}

async function takeFiles(files: readonly OpenedFile[]): Promise<void> {
  fileProblem.value = '';
  if (files.length === 0) return;
  const { importFile } = await import('./file-import.ts');
  const targets = [];
  for (const file of files) {
    const imported = await importFile(file).catch(
      () => ({ ok: false, sentence: strings.library.failed }) as const,
    );
    if (imported.ok) targets.push(imported.target);
    else fileProblem.value = [fileProblem.peek(), imported.sentence].filter((one) => one !== '').join(' ');
  }
  const [only] = targets;
  if (files.length === 1 && only !== undefined) await bridge.call('document:open', only);
}
