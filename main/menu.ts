import { app, BrowserWindow, Menu, type MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from './bridge.ts';
import { strings } from './strings.ts';

/** What the menu can do beyond what Electron's own items do. */
export interface MenuActions {
  newDocument(): void;
  openDocument(): void;
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
    viewMenu(actions),
    windowMenu(actions),
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

function fileMenu(actions: MenuActions): MenuItemConstructorOptions {
  return {
    label: words.file,
    submenu: [
      { label: words.newDocument, accelerator: 'CmdOrCtrl+N', click: () => actions.newDocument() },
      { label: words.open, accelerator: 'CmdOrCtrl+O', click: () => actions.openDocument() },
      { type: 'separator' },
      { label: words.share, accelerator: 'CmdOrCtrl+Shift+S', click: inFront(actions, 'share') },
      { type: 'separator' },
      { label: words.closeWindow, role: 'close', accelerator: 'CmdOrCtrl+W' },
      ...(isMac ? [] : [{ label: words.quit, role: 'quit', accelerator: 'Ctrl+Q' } as const]),
    ],
  };
}

/** Undo and redo act on the shared text, which undoes only one's own edits, so they are the page's, not the system's. */
function editMenu(actions: MenuActions): MenuItemConstructorOptions {
  // Elsewhere the page sees the keys itself, in the text and in every field; on macOS they arrive only by the menu.
  const registerAccelerator = isMac;
  const redoKeys = isMac ? 'Cmd+Shift+Z' : 'Ctrl+Y';
  return {
    label: words.edit,
    submenu: [
      { label: words.undo, accelerator: 'CmdOrCtrl+Z', registerAccelerator, click: inFront(actions, 'undo') },
      { label: words.redo, accelerator: redoKeys, registerAccelerator, click: inFront(actions, 'redo') },
      { type: 'separator' },
      { label: words.cut, role: 'cut' },
      { label: words.copy, role: 'copy' },
      { label: words.paste, role: 'paste' },
      { label: words.selectAll, role: 'selectAll' },
      { type: 'separator' },
      { label: words.find, accelerator: 'CmdOrCtrl+F', click: inFront(actions, 'find') },
    ],
  };
}

function viewMenu(actions: MenuActions): MenuItemConstructorOptions {
  return {
    label: words.view,
    submenu: [
      { label: words.outline, accelerator: 'CmdOrCtrl+Shift+O', click: inFront(actions, 'outline') },
      { label: words.preview, accelerator: 'CmdOrCtrl+Shift+E', click: inFront(actions, 'preview') },
      { type: 'separator' },
      { label: words.history, accelerator: 'CmdOrCtrl+Shift+H', click: inFront(actions, 'history') },
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
