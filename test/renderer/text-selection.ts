import type { Page } from 'playwright-core';
import type { EditorLike } from '../app/document-page.ts';

/** Selects words of the text, as with the mouse, or puts the cursor in the middle of them. */
export function select(page: Page, words: string, how: 'all' | 'middle' = 'all'): Promise<void> {
  return page.evaluate(
    ({ words, how }) => {
      const content = document.querySelector<HTMLElement & { cmTile?: { root: { view: EditorLike } } }>(
        '.cm-content',
      );
      const view = content?.cmTile?.root.view;
      const at = view?.state.doc.toString().indexOf(words) ?? -1;
      if (view === undefined || at < 0) throw new Error(`no ${words} in the text`);
      view.focus();
      const middle = at + Math.floor(words.length / 2);
      const selection =
        how === 'all' ? { anchor: at, head: at + words.length } : { anchor: middle, head: middle };
      view.dispatch({ selection, scrollIntoView: true });
    },
    { words, how },
  );
}
