import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { textOf, withEditor } from './editor-hands.ts';
import { roomOfThisFile } from './file-room.ts';
import { faultsEverywhere } from './screen-faults.ts';
import { whenSaved } from './web-people.ts';

const room = roomOfThisFile();
let anna: Page;

beforeAll(async () => {
  anna = await room.person({ name: 'Anna' });
});

async function chooseFile(name: string, buffer: Buffer): Promise<void> {
  const chooser = anna.waitForEvent('filechooser');
  await anna.getByRole('button', { name: 'Import file' }).click();
  await (await chooser).setFiles({ name, mimeType: 'text/plain', buffer });
}

async function download(item: string) {
  const downloading = anna.waitForEvent('download');
  await anna.getByRole('button', { name: 'More', exact: true }).click();
  await anna.getByRole('menuitem', { name: item }).click();
  const file = await downloading;
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
}

it('a chosen file becomes a document with its name as the title, and a saved copy has its line ends', async () => {
  await chooseFile('Minutes: May?.md', Buffer.from('\ufeff# Fähre\r\n\r\n😀 two\r\nthree\n'));
  await withEditor(anna);
  await whenSaved(anna);
  await expect.poll(() => textOf(anna)).toBe('# Fähre\n\n😀 two\nthree\n');
  await expect.poll(() => anna.getByLabel('Title').inputValue()).toBe('Minutes: May?');
  const copied = '# Fähre\r\n\r\n😀 two\r\nthree\r\n';
  expect(await download('Save as Markdown (.md)')).toEqual({ name: 'Minutes May.md', text: copied });
  expect(await download('Save as text (.txt)')).toEqual({ name: 'Minutes May.txt', text: copied });
  await anna.reload();
  await withEditor(anna);
  await whenSaved(anna);
  expect((await download('Save as Markdown (.md)')).text, 'whoever opens it later').toBe(copied);
  await anna.getByLabel('Title').fill('README.md');
  expect((await download('Save as Markdown (.md)')).name).toBe('README.md');
  await anna.getByLabel('Title').fill('server.ts');
  await anna.getByText('TypeScript', { exact: true }).waitFor();
  expect(await download('Save a copy')).toEqual({ name: 'server.ts', text: copied });
  await anna.getByRole('button', { name: 'All documents' }).click();
});

it('a file that is no text is refused by name, and nothing is made of it', async () => {
  await anna.locator('.document').first().waitFor();
  const before = await anna.locator('.document').count();
  await chooseFile('photo.md', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13]));
  await anna.getByRole('alert').getByText('“photo.md” is not a text file.').waitFor();
  expect(await faultsEverywhere(anna)).toEqual([]);
  expect(await anna.locator('.document').count()).toBe(before);
});

it('files dropped on the library are taken in, each as a document', async () => {
  const drop = (files: readonly (readonly [string, string])[]) =>
    anna.evaluate((given) => {
      const dataTransfer = new DataTransfer();
      for (const [name, text] of given) dataTransfer.items.add(new File([text], name));
      for (const type of ['dragover', 'drop'])
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    }, files);
  await drop([
    ['Second.txt', 'second'],
    ['Third.markdown', 'third'],
  ]);
  await anna.getByRole('button', { name: /^Second/ }).waitFor();
  await anna.getByRole('button', { name: /^Third/ }).waitFor();
  await drop([['Fourth.txt', 'one\rtwo']]);
  await withEditor(anna);
  await expect.poll(() => textOf(anna)).toBe('one\ntwo');
  await anna.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.setData('text/plain', 'x\r\ny\rz');
    const content = document.querySelector('.cm-content');
    const { left = 0, top = 0 } = window.editor.coordsAtPos(0) ?? {};
    content?.dispatchEvent(
      new DragEvent('drop', {
        dataTransfer,
        bubbles: true,
        cancelable: true,
        clientX: left,
        clientY: top + 5,
      }),
    );
  });
  expect(await textOf(anna), 'text dropped into the text has one kind of line end').toBe('x\ny\nzone\ntwo');
});
