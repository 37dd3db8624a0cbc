import type { Frame, FrameLocator, Page } from 'playwright-core';
import type { EditorLike } from '../app/document-page.ts';
import { waitFor } from '../app/wait-for.ts';

type Content = HTMLElement & { readonly cmTile?: { readonly root: { readonly view: EditorLike } } };

/** Puts a text in the place of what the page's editor holds, as one edit. */
export async function fillText(page: Page, text: string): Promise<void> {
  await page.locator('.cm-content').evaluate((content: Content, insert) => {
    const view = content.cmTile?.root.view;
    view?.dispatch({ changes: { from: 0, to: view.state.doc.length, insert } });
  }, text);
}

/** The whole text, also what is scrolled out of sight. */
export function wholeText(page: Page): Promise<string> {
  return page
    .locator('.cm-content')
    .evaluate((content: Content) => content.cmTile?.root.view.state.doc.toString() ?? '');
}

/** Puts the cursor before the first occurrence of some words, in sight, with the focus in the text. */
export async function goToWords(page: Page, words: string): Promise<void> {
  await page.locator('.cm-content').evaluate((content: Content, wanted) => {
    const view = content.cmTile?.root.view;
    const anchor = view?.state.doc.toString().indexOf(wanted) ?? -1;
    view?.dispatch({ selection: { anchor }, scrollIntoView: true });
    view?.focus();
  }, words);
}

/** Opens the preview by its shortcut and gives what is in it. */
export async function openPreview(page: Page): Promise<FrameLocator> {
  await page.keyboard.press('Control+Shift+E');
  const inside = page.frameLocator('.preview-frame');
  await inside.locator('main').waitFor();
  return inside;
}

/** The preview's frame itself, for looking at it as its own script would. */
export function previewFrame(page: Page): Promise<Frame> {
  return waitFor('the frame of the preview', () =>
    page.frames().find((frame) => frame.url() === 'about:srcdoc'),
  );
}
