import { effect } from '@preact/signals';
import {
  bridge,
  type DocumentCommandName,
  documentCommands,
  isDesktop,
  isMac,
  keysInWords,
  keysOf,
} from '../bridge.ts';
import { textSizes } from '../settings-store.ts';
import { strings } from '../strings.ts';
import { viewSettings } from './editor-layout.ts';
import type { EditorMenuGroup, EditorMenuItem } from './editor-menu.tsx';
import { isProse } from './narrow-layout.ts';
import { spelling, spellingHint } from './spelling.ts';
import { changeTextSize } from './window-commands.ts';

/** What the menu of the editor offers for the text: how it is shown, finding in it, the keys, a copy. */
export function textMenu(
  run: (command: DocumentCommandName) => void,
  saveCopy: (extension?: 'md' | 'txt') => void,
): readonly EditorMenuGroup[] {
  const { lineNumbers, wrapLines, spellcheck, fontSizePx } = viewSettings();
  const { isChecked } = spelling.value;
  const item = (command: DocumentCommandName, more: Partial<EditorMenuItem> = {}): EditorMenuItem => {
    const { label } = documentCommands[command];
    const keys = keysOf(documentCommands[command], isMac);
    const shownKeys = keys === '' ? {} : { keys: keysInWords(documentCommands[command], isMac) };
    return { label, ...shownKeys, run: () => run(command), ...more };
  };
  const size = (command: DocumentCommandName, byPx: number, isBound: boolean) => ({
    label: documentCommands[command].label,
    run: isBound ? undefined : () => changeTextSize(byPx),
  });
  // In a browser nobody asks for the kind of file; that of code is in its title.
  const downloads: readonly EditorMenuItem[] = [
    item('save-copy', { label: strings.file.markdown, run: () => saveCopy('md') }),
    { label: strings.file.plainText, run: () => saveCopy('txt') },
  ];
  return [
    [
      item('find'),
      ...(isDesktop || !isProse.value ? [item('save-copy', { run: () => saveCopy() })] : downloads),
    ],
    [
      item('line-numbers', { checked: lineNumbers }),
      item('wrap-lines', { checked: wrapLines }),
      item('spellcheck', {
        checked: spellcheck && isChecked,
        ...(isChecked ? {} : { run: undefined }),
        hint: spellingHint(),
      }),
      {
        label: strings.menu.textSize,
        value: strings.menu.pixels(fontSizePx),
        less: size('smaller-text', -1, fontSizePx <= textSizes.smallestPx),
        more: size('larger-text', 1, fontSizePx >= textSizes.largestPx),
      },
    ],
    [item('shortcuts')],
  ];
}

/** Tells the desktop app which switches are on, now and with each change, until the returned function is called. */
export function tellSwitches(): () => void {
  return effect(() => {
    const { authors, lineNumbers, wrapLines, spellcheck } = viewSettings();
    const lines = { 'line-numbers': lineNumbers, 'wrap-lines': wrapLines };
    void bridge.call('switches:state', {
      authors,
      ...lines,
      spellcheck: spellcheck && spelling.value.isChecked,
    });
  });
}
