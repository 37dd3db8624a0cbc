import { app, BrowserWindow, Menu, type MenuItemConstructorOptions } from 'electron';
import type { MenuCommand, Spelling, Switches } from './bridge.ts';
import { acceleratorOf, type CommandSection, keysOf, namedCommands } from './document-commands.ts';
import { strings } from './strings.ts';

/** What the menu can do beyond what Electron's own items do. */
export interface MenuActions {
  newDocument(): void;
  openDocument(): void;
  openFile(): void;
  showLibrary(): void;
  /** A command for the page of the window in front. */
  command(window: BrowserWindow, command: MenuCommand): void;
}

const isMac = process.platform === 'darwin';
const words = strings.menu;

/** Sets the application menu, which also holds the keyboard shortcuts. */
export function setAppMenu(actions: MenuActions): void {
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    fileMenu(actions),
    editMenu(actions),
    { label: words.lines, submenu: commandItems('lines', actions) },
    { label: words.format, submenu: commandItems('format', actions) },
    viewMenu(actions),
    windowMenu(actions),
    { label: words.help, role: 'help', submenu: commandItems('help', actions) },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

/** Shows which switches are on. */
export function showSwitches(switches: Switches): void {
  const menu = Menu.getApplicationMenu();
  for (const [name, on] of Object.entries(switches)) {
    const item = menu?.getMenuItemById(name);
    if (item !== null && item !== undefined) item.checked = on;
  }
}

/** Offers checking of spelling only where something can be checked; why not is told by the menu of a document's page. */
export function showSpelling({ isChecked }: Spelling): void {
  const item = Menu.getApplicationMenu()?.getMenuItemById('spellcheck');
  if (item !== null && item !== undefined) item.enabled = isChecked;
}

/**
 * The items of a section. Their keys are the page's: it sees them itself, in the text and in every field; only on macOS
 * they may arrive by the menu.
 */
function commandItems(section: CommandSection, actions: MenuActions): MenuItemConstructorOptions[] {
  return namedCommands
    .filter(([, command]) => command.section === section)
    .flatMap(([name, command]) => [
      ...(command.opensGroup === true ? [{ type: 'separator' } as const] : []),
      {
        id: name,
        label: command.label,
        ...(keysOf(command, isMac) === '' ? {} : { accelerator: acceleratorOf(command, isMac) }),
        registerAccelerator: isMac,
        ...(command.isSwitch === true ? { type: 'checkbox' as const } : {}),
        click: inFront(actions, name),
      },
    ]);
}

function fileMenu(actions: MenuActions): MenuItemConstructorOptions {
  return {
    label: words.file,
    submenu: [
      { label: words.newDocument, accelerator: 'CmdOrCtrl+N', click: () => actions.newDocument() },
      { label: words.open, accelerator: 'CmdOrCtrl+O', click: () => actions.openDocument() },
      { label: words.openFile, accelerator: 'CmdOrCtrl+Alt+O', click: () => actions.openFile() },
      { type: 'separator' },
      ...commandItems('file', actions),
      { label: words.share, accelerator: 'CmdOrCtrl+Shift+S', click: inFront(actions, 'share') },
      { type: 'separator' },
      { label: words.closeWindow, role: 'close', accelerator: 'CmdOrCtrl+W' },
      ...(isMac ? [] : [{ label: words.quit, role: 'quit', accelerator: 'Ctrl+Q' } as const]),
    ],
  };
}

/** Undo and redo act on the shared text, which undoes only one's own edits, so they are the page's, not the system's. */
function editMenu(actions: MenuActions): MenuItemConstructorOptions {
  const items = commandItems('edit', actions);
  const isHistory = ({ id }: MenuItemConstructorOptions) => id === 'undo' || id === 'redo';
  const history = items.filter(isHistory);
  const rest = items.filter((item) => !isHistory(item));
  return {
    label: words.edit,
    submenu: [
      ...history,
      { type: 'separator' },
      { label: words.cut, role: 'cut' },
      { label: words.copy, role: 'copy' },
      { label: words.paste, role: 'paste' },
      { label: words.selectAll, role: 'selectAll' },
      ...rest,
    ],
  };
}

function viewMenu(actions: MenuActions): MenuItemConstructorOptions {
  return {
    label: words.view,
    submenu: [
      ...commandItems('view', actions),
      { type: 'separator' },
      { label: words.actualSize, role: 'resetZoom' },
      { label: words.zoomIn, role: 'zoomIn' },
      // The same key without Shift, as people press it.
      {
        label: words.zoomIn,
        role: 'zoomIn',
        accelerator: 'CmdOrCtrl+=',
        visible: false,
        acceleratorWorksWhenHidden: true,
      },
      { label: words.zoomOut, role: 'zoomOut' },
      { type: 'separator' },
      { label: words.fullScreen, role: 'togglefullscreen' },
      ...(app.isPackaged ? [] : [{ label: words.developerTools, role: 'toggleDevTools' } as const]),
    ],
  };
}

function windowMenu(actions: MenuActions): MenuItemConstructorOptions {
  return {
    label: words.window,
    role: 'window',
    submenu: [
      { label: words.documents, accelerator: 'CmdOrCtrl+Shift+D', click: () => actions.showLibrary() },
      { label: words.minimize, role: 'minimize' },
    ],
  };
}

function inFront(
  actions: MenuActions,
  command: MenuCommand,
): NonNullable<MenuItemConstructorOptions['click']> {
  return (_item, window) => {
    if (window instanceof BrowserWindow) actions.command(window, command);
  };
}
