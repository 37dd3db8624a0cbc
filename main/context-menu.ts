import { type BrowserWindow, Menu, type MenuItemConstructorOptions } from 'electron';
import { spellingItems } from './spelling.ts';
import { strings } from './strings.ts';

/** Offers what can be done with the text under the pointer, where there is something. */
export function offerContextMenu(window: BrowserWindow): void {
  const { webContents } = window;
  const words = strings.menu;
  webContents.on(
    'context-menu',
    (_event, { isEditable, selectionText, editFlags, misspelledWord, dictionarySuggestions }) => {
      const items: MenuItemConstructorOptions[] = isEditable
        ? [
            ...spellingItems(webContents, misspelledWord, dictionarySuggestions),
            { label: words.cut, role: 'cut', enabled: editFlags.canCut },
            { label: words.copy, role: 'copy', enabled: editFlags.canCopy },
            { label: words.paste, role: 'paste', enabled: editFlags.canPaste },
            { label: words.selectAll, role: 'selectAll' },
          ]
        : selectionText.trim() === ''
          ? []
          : [{ label: words.copy, role: 'copy' }];
      if (items.length > 0) Menu.buildFromTemplate(items).popup({ window });
    },
  );
}
