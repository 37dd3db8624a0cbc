import { strings } from './strings.ts';

/** A part of the application menu and of the list of shortcuts. */
export type CommandSection = 'file' | 'edit' | 'lines' | 'format' | 'view' | 'help';

/** What a person can do with an open document. The menu, the page's keys and the list of shortcuts are all made from it. */
export interface DocumentCommand {
  readonly label: string;
  readonly section: CommandSection;
  /** The key as CodeMirror writes it; `Mod` is Cmd on macOS and Ctrl elsewhere. Empty for a command without one. */
  readonly keys: string;
  /** The key on macOS where it is another one. */
  readonly macKeys?: string;
  /** Further keys for the same, which are not shown. */
  readonly alsoKeys?: readonly string[];
  /** Works wherever the focus is in the window, not only in the text. */
  readonly anywhere?: true;
  /** Opens a group of the menu. */
  readonly opensGroup?: true;
  /** A switch, with a tick while it is on. */
  readonly isSwitch?: true;
}

const { commands: words } = strings;

/** Every command, in the order of the menus. */
export const documentCommands = {
  'save-copy': { label: words.saveCopy, section: 'file', keys: 'Mod-Alt-s', anywhere: true },

  undo: { label: words.undo, section: 'edit', keys: 'Mod-z' },
  redo: {
    label: words.redo,
    section: 'edit',
    keys: 'Mod-y',
    macKeys: 'Mod-Shift-z',
    alsoKeys: ['Mod-Shift-z'],
  },
  find: { label: words.find, section: 'edit', keys: 'Mod-f', anywhere: true, opensGroup: true },
  'find-next': { label: words.findNext, section: 'edit', keys: 'Mod-g', alsoKeys: ['F3'], anywhere: true },
  'find-previous': {
    label: words.findPrevious,
    section: 'edit',
    keys: 'Mod-Shift-g',
    alsoKeys: ['Shift-F3'],
    anywhere: true,
  },
  'select-next-occurrence': {
    label: words.selectNextOccurrence,
    section: 'edit',
    keys: 'Mod-d',
    opensGroup: true,
  },
  'select-all-occurrences': { label: words.selectAllOccurrences, section: 'edit', keys: 'Mod-Shift-l' },
  'add-cursor-above': { label: words.addCursorAbove, section: 'edit', keys: 'Mod-Alt-ArrowUp' },
  'add-cursor-below': { label: words.addCursorBelow, section: 'edit', keys: 'Mod-Alt-ArrowDown' },
  'matching-bracket': { label: words.matchingBracket, section: 'edit', keys: 'Mod-Shift-\\' },

  'move-line-up': { label: words.moveLineUp, section: 'lines', keys: 'Alt-ArrowUp' },
  'move-line-down': { label: words.moveLineDown, section: 'lines', keys: 'Alt-ArrowDown' },
  'duplicate-line': { label: words.duplicateLine, section: 'lines', keys: 'Shift-Alt-ArrowDown' },
  'delete-line': { label: words.deleteLine, section: 'lines', keys: 'Mod-Shift-k' },
  indent: { label: words.indent, section: 'lines', keys: 'Mod-]', opensGroup: true },
  outdent: { label: words.outdent, section: 'lines', keys: 'Mod-[' },

  bold: { label: words.bold, section: 'format', keys: 'Mod-b' },
  italic: { label: words.italic, section: 'format', keys: 'Mod-i' },
  strikethrough: { label: words.strikethrough, section: 'format', keys: 'Mod-Shift-x' },
  code: { label: words.code, section: 'format', keys: 'Mod-e' },
  link: { label: words.link, section: 'format', keys: 'Mod-k' },
  'heading-1': { label: words.heading(1), section: 'format', keys: 'Mod-Alt-1', opensGroup: true },
  'heading-2': { label: words.heading(2), section: 'format', keys: 'Mod-Alt-2' },
  'heading-3': { label: words.heading(3), section: 'format', keys: 'Mod-Alt-3' },
  'bullet-list': { label: words.bulletList, section: 'format', keys: 'Mod-Shift-8', opensGroup: true },
  'numbered-list': { label: words.numberedList, section: 'format', keys: 'Mod-Shift-7' },
  'task-list': { label: words.taskList, section: 'format', keys: 'Mod-Shift-9' },
  quote: { label: words.quote, section: 'format', keys: 'Mod-Shift-.' },
  'code-block': { label: words.codeBlock, section: 'format', keys: 'Mod-Alt-c' },

  outline: { label: words.outline, section: 'view', keys: 'Mod-Shift-o', anywhere: true },
  preview: { label: words.preview, section: 'view', keys: 'Mod-Shift-e', anywhere: true },
  history: { label: words.history, section: 'view', keys: 'Mod-Shift-h', anywhere: true },
  fold: { label: words.fold, section: 'view', keys: 'Mod-Shift-[', macKeys: 'Mod-Alt-[', opensGroup: true },
  unfold: { label: words.unfold, section: 'view', keys: 'Mod-Shift-]', macKeys: 'Mod-Alt-]' },
  'fold-all': { label: words.foldAll, section: 'view', keys: 'Mod-Alt-[', macKeys: 'Ctrl-Alt-[' },
  'unfold-all': { label: words.unfoldAll, section: 'view', keys: 'Mod-Alt-]', macKeys: 'Ctrl-Alt-]' },
  comments: {
    label: words.comments,
    section: 'view',
    keys: 'Mod-Alt-m',
    anywhere: true,
    opensGroup: true,
  },
  authors: { label: words.authors, section: 'view', keys: 'Mod-Alt-a', anywhere: true, isSwitch: true },
  'line-numbers': {
    label: words.lineNumbers,
    section: 'view',
    keys: '',
    anywhere: true,
    opensGroup: true,
    isSwitch: true,
  },
  'wrap-lines': {
    label: words.wrapLines,
    section: 'view',
    keys: 'Alt-z',
    macKeys: '',
    anywhere: true,
    isSwitch: true,
  },
  spellcheck: { label: words.spellcheck, section: 'view', keys: '', anywhere: true, isSwitch: true },
  'larger-text': {
    label: words.largerText,
    section: 'view',
    keys: 'Mod-Alt-=',
    alsoKeys: ['Mod-Alt-+'],
    anywhere: true,
    opensGroup: true,
  },
  'smaller-text': { label: words.smallerText, section: 'view', keys: 'Mod-Alt--', anywhere: true },
  shortcuts: { label: words.shortcuts, section: 'help', keys: 'Mod-/', anywhere: true },
} as const satisfies Readonly<Record<string, DocumentCommand>>;

/** The name of a command. */
export type DocumentCommandName = keyof typeof documentCommands;

/** The names of the switches among the commands. */
export type SwitchName = {
  [Name in DocumentCommandName]: (typeof documentCommands)[Name] extends { readonly isSwitch: true }
    ? Name
    : never;
}[DocumentCommandName];

/** All commands with their names. */
export const namedCommands: readonly (readonly [DocumentCommandName, DocumentCommand])[] = Object.entries(
  documentCommands,
) as [DocumentCommandName, DocumentCommand][];

/** A command's key on this system; empty where it has none. */
export function keysOf(command: DocumentCommand, isMac: boolean): string {
  return isMac ? (command.macKeys ?? command.keys) : command.keys;
}

const shownKeys: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  '-': '−',
  '=': '+',
};
const macModifiers: Readonly<Record<string, string>> = { Mod: '⌘', Ctrl: '⌃', Alt: '⌥', Shift: '⇧' };

/** A key as people read it: `Ctrl+Shift+K`, or `⇧⌘K` on macOS. */
export function keysInWords(command: DocumentCommand, isMac: boolean): string {
  const { modifiers, key } = partsOf(keysOf(command, isMac));
  const name = shownKeys[key] ?? key.toUpperCase();
  if (!isMac) return [...modifiers.map((one) => (one === 'Mod' ? 'Ctrl' : one)), name].join('+');
  const order = ['Ctrl', 'Alt', 'Shift', 'Mod'].filter((one) => modifiers.includes(one));
  return order.map((one) => macModifiers[one]).join('') + name;
}

/** A key as Electron's menus write it, such as `CmdOrCtrl+Shift+K`. */
export function acceleratorOf(command: DocumentCommand, isMac: boolean): string {
  const { modifiers, key } = partsOf(keysOf(command, isMac));
  const name = /^Arrow/.test(key) ? key.slice('Arrow'.length) : key.toUpperCase();
  return [...modifiers.map((one) => (one === 'Mod' ? 'CmdOrCtrl' : one)), name].join('+');
}

/** `Mod-Alt--` is the minus with two modifiers. */
function partsOf(keys: string): { readonly modifiers: readonly string[]; readonly key: string } {
  const found = /^((?:(?:Mod|Ctrl|Alt|Shift)-)*)(.*)$/.exec(keys);
  return { modifiers: (found?.[1] ?? '').split('-').filter((one) => one !== ''), key: found?.[2] ?? '' };
}
