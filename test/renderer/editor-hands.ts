import type { Page } from 'playwright-core';
import type { EditorLike } from '../app/document-page.ts';
import { waitFor } from '../app/wait-for.ts';

declare global {
  interface Window {
    /** CodeMirror's view in the page, put there by `withEditor`. */
    editor: EditorLike & {
      readonly state: {
        readonly selection: {
          readonly ranges: readonly { readonly anchor: number; readonly head: number }[];
        };
      };
      coordsAtPos(position: number): { readonly left: number; readonly top: number } | null;
    };
  }
}

/** Makes the page's editor reachable for the functions below. */
export async function withEditor(page: Page): Promise<void> {
  await page.locator('.cm-content').waitFor();
  await page.evaluate(() => {
    const content = document.querySelector<HTMLElement & { cmTile?: { root: { view: Window['editor'] } } }>(
      '.cm-content',
    );
    const view = content?.cmTile?.root.view;
    if (view === undefined) throw new Error('no editor is shown');
    window.editor = view;
  });
}

/** The whole text of the document. */
export function textOf(page: Page): Promise<string> {
  return page.evaluate(() => window.editor.state.doc.toString());
}

/** Waits until the text has been parsed to its end: until then keys and marks do not know its lists and headings. */
async function untilParsed(page: Page): Promise<void> {
  await waitFor('the text to be parsed', () =>
    page.evaluate(() => {
      const { state } = window.editor;
      const values = Reflect.get(state, 'values') as readonly {
        readonly context?: { isDone?(upTo: number): boolean };
      }[];
      const language = values.find((value) => typeof value?.context?.isDone === 'function');
      if (language === undefined) throw new Error('the text has no language');
      return language.context?.isDone?.(state.doc.length) === true;
    }),
  );
}

/**
 * Puts a text in place of all there is, with the selection where it has marks: `|` is a caret, `‹` and `›` are the ends
 * of a selected part.
 */
export async function setText(page: Page, marked: string): Promise<void> {
  const ranges: { anchor: number; head: number }[] = [];
  let text = '';
  let open = 0;
  for (const letter of marked) {
    if (letter === '|') ranges.push({ anchor: text.length, head: text.length });
    else if (letter === '‹') open = text.length;
    else if (letter === '›') ranges.push({ anchor: open, head: text.length });
    else text += letter;
  }
  await page.evaluate((insert) => {
    const { editor } = window;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert } });
    editor.focus();
  }, text);
  await page.evaluate((wanted) => {
    const { editor } = window;
    const [first] = wanted;
    if (first === undefined) return;
    // A selection with several ranges has the class of the one that is there.
    const current = Reflect.get(editor.state, 'selection') as object;
    const { create, range } = current.constructor as unknown as {
      create(ranges: readonly unknown[]): object;
      range(anchor: number, head: number): unknown;
    };
    editor.dispatch({ selection: create(wanted.map(({ anchor, head }) => range(anchor, head))) });
  }, ranges);
  await untilParsed(page);
}

/** The text with marks at its selection, as `setText` takes it. */
export function markedText(page: Page): Promise<string> {
  return page.evaluate(() => {
    const { doc, selection } = window.editor.state;
    const marks = selection.ranges.flatMap(({ anchor, head }) =>
      anchor === head
        ? [{ at: head, mark: '|' }]
        : [
            { at: Math.min(anchor, head), mark: '‹' },
            { at: Math.max(anchor, head), mark: '›' },
          ],
    );
    let text = doc.toString();
    for (const { at, mark } of marks.reverse()) text = text.slice(0, at) + mark + text.slice(at);
    return text;
  });
}

/** Waits until the text with its marks is this. */
export async function untilMarked(page: Page, marked: string): Promise<void> {
  await waitFor(`the text ${JSON.stringify(marked)}`, async () => (await markedText(page)) === marked, {
    seen: () => markedText(page),
  });
}
