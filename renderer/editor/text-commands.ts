import {
  addCursorAbove,
  addCursorBelow,
  copyLineDown,
  cursorMatchingBracket,
  deleteLine,
  indentLess,
  indentMore,
  moveLineDown,
  moveLineUp,
} from '@codemirror/commands';
import { foldAll, foldCode, unfoldAll, unfoldCode } from '@codemirror/language';
import { openSearchPanel, selectNextOccurrence, selectSelectionMatches } from '@codemirror/search';
import { type Extension, Prec } from '@codemirror/state';
import { type Command, type KeyBinding, keymap } from '@codemirror/view';
import type * as Y from 'yjs';
import { type DocumentCommandName, isMac, keysOf, namedCommands } from '../bridge.ts';
import { findNextMatch, findPreviousMatch } from './find-commands.ts';
import { toggleCodeBlock, toggleHeading, toggleList, toggleQuote } from './markdown-blocks.ts';
import { insertLink, toggleMark } from './markdown-marks.ts';
import { windowCommands } from './window-commands.ts';

/** Runs the command of a name on a text; false where it has nothing to do there. */
export type RunCommand = (name: DocumentCommandName) => boolean;

/** What each command does to a text whose changes `undoManager` takes back. */
export function textCommands(undoManager: Y.UndoManager): Readonly<Record<DocumentCommandName, Command>> {
  return {
    ...windowCommands,
    undo: () => {
      undoManager.undo();
      return true;
    },
    redo: () => {
      undoManager.redo();
      return true;
    },
    find: openSearchPanel,
    'find-next': findNextMatch,
    'find-previous': findPreviousMatch,
    'select-next-occurrence': selectNextOccurrence,
    'select-all-occurrences': selectSelectionMatches,
    'add-cursor-above': addCursorAbove,
    'add-cursor-below': addCursorBelow,
    'matching-bracket': cursorMatchingBracket,
    'move-line-up': moveLineUp,
    'move-line-down': moveLineDown,
    'duplicate-line': copyLineDown,
    'delete-line': deleteLine,
    indent: indentMore,
    outdent: indentLess,
    bold: toggleMark('**'),
    italic: toggleMark('*'),
    strikethrough: toggleMark('~~'),
    code: toggleMark('`'),
    link: insertLink,
    'heading-1': toggleHeading(1),
    'heading-2': toggleHeading(2),
    'heading-3': toggleHeading(3),
    'bullet-list': toggleList('bullet'),
    'numbered-list': toggleList('numbered'),
    'task-list': toggleList('task'),
    quote: toggleQuote,
    'code-block': toggleCodeBlock,
    fold: foldCode,
    unfold: unfoldCode,
    'fold-all': foldAll,
    'unfold-all': unfoldAll,
  };
}

/** The scope of keys that work wherever the focus is; whoever hears them asks CodeMirror for it. */
export const windowScope = 'window';

/** The keys of all commands, from the table that menus and the list of shortcuts are made from. */
export function commandKeys(commands: Readonly<Record<DocumentCommandName, Command>>): Extension {
  const bindings = namedCommands.flatMap(([name, command]): KeyBinding[] => {
    const scope = command.anywhere === true ? `editor search-panel ${windowScope}` : 'editor';
    const keys = [keysOf(command, isMac), ...(command.alsoKeys ?? [])].filter((key) => key !== '');
    return keys.map((key) => ({ key, scope, run: commands[name] }));
  });
  return [
    keymap.of(
      bindings.map(({ run, ...where }) => ({
        ...where,
        run: (view) => !writesByAltGr() && run?.(view) === true,
      })),
    ),
    // A command that has nothing to do leaves its key to other commands, but not to the browser.
    Prec.lowest(keymap.of(bindings.map((binding) => ({ ...binding, run: () => !writesByAltGr() })))),
  ];
}

/** Whether the key that is pressed now writes a letter by AltGr, as `[` on a German keyboard. Windows tells Ctrl and Alt for it. */
function writesByAltGr(): boolean {
  const { event } = window;
  if (isMac || !(event instanceof KeyboardEvent) || event.key.length !== 1) return false;
  return event.ctrlKey && event.altKey && event.getModifierState('AltGraph');
}
