import type { Command, EditorView } from '@codemirror/view';
import { signal } from '@preact/signals';
import { textSizes } from '../settings-store.ts';
import { changeView, toggleSidePanel, viewSettings } from './editor-layout.ts';
import { toggleBeside } from './narrow-layout.ts';

/** Whether the list of keyboard shortcuts is open in this window. */
export const shortcutsOpen = signal(false);

const saveCopyListeners = new Set<() => void>();

/** Calls back when a key or a menu asks for a copy of the text, until the returned function is called. */
export function onSaveCopy(listener: () => void): () => void {
  saveCopyListeners.add(listener);
  return () => saveCopyListeners.delete(listener);
}

const commentListeners = new Set<(view: EditorView) => void>();

/** Calls back when a key or a menu asks to comment, until the returned function is called. */
export function onComment(listener: (view: EditorView) => void): () => void {
  commentListeners.add(listener);
  return () => commentListeners.delete(listener);
}

/** Makes the text larger or smaller by some pixels, within its bounds. */
export function changeTextSize(byPx: number): void {
  const wanted = viewSettings().fontSizePx + byPx;
  changeView({ fontSizePx: Math.min(textSizes.largestPx, Math.max(textSizes.smallestPx, wanted)) });
}

/** The commands that change how text is shown, or that the page around it does. */
export const windowCommands = {
  'save-copy': always(() => {
    for (const listener of saveCopyListeners) listener();
  }),
  shortcuts: always(() => {
    shortcutsOpen.value = !shortcutsOpen.peek();
  }),
  comments: (view) => {
    for (const listener of commentListeners) listener(view);
    return true;
  },
  outline: always(() => toggleBeside('outline')),
  preview: always(() => toggleBeside('preview')),
  history: always(() => toggleSidePanel('history')),
  authors: always(() => changeView({ authors: !viewSettings().authors })),
  'line-numbers': always(() => changeView({ lineNumbers: !viewSettings().lineNumbers })),
  'wrap-lines': always(() => changeView({ wrapLines: !viewSettings().wrapLines })),
  spellcheck: always(() => changeView({ spellcheck: !viewSettings().spellcheck })),
  'larger-text': always(() => changeTextSize(1)),
  'smaller-text': always(() => changeTextSize(-1)),
} as const satisfies Readonly<Record<string, Command>>;

function always(act: () => void): Command {
  return () => {
    act();
    return true;
  };
}
