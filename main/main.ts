import { app, BrowserWindow } from 'electron';
import { appFiles } from './app-files.ts';
import { followSystemTheme } from './app-window.ts';
import { watchQuitting } from './closing.ts';
import { DocumentWindows } from './document-windows.ts';
import type { RelayKeeper } from './embedded-relay.ts';
import { openFiles, saveFile } from './file-dialogs.ts';
import { answerCalls, sendNews, sendNewsToAll } from './ipc.ts';
import { LibraryWindow } from './library-window.ts';
import { claimLinks, linkIn, receiveLinks } from './links.ts';
import { keepLocalRelay } from './local-relay.ts';
import { setAppMenu, showSpelling, showSwitches } from './menu.ts';
import { watchNetworkReturn } from './network-return.ts';
import { limitPages, openAddress, refusePermissions } from './page-limits.ts';
import { registerPageScheme, servePages } from './page-scheme.ts';
import { type Profile, profileFrom } from './profile.ts';
import { SpellingKeeper } from './spelling.ts';
import { strings } from './strings.ts';
import { WindowBounds } from './window-bounds.ts';

const chosen = profileFrom(process.argv, process.env);
if (!chosen.ok) {
  process.stderr.write(`${chosen.sentence}\n`);
  app.exit(1);
} else {
  setupProfile(chosen.profile);
  if (app.requestSingleInstanceLock()) run(chosen.profile);
  else app.exit(0);
}

function run(profile: Profile): void {
  registerPageScheme();
  limitPages();
  const bounds = new WindowBounds(profile.folder);
  const library = new LibraryWindow(bounds);
  const documents = new DocumentWindows(bounds);
  const relay = keepLocalRelay(profile.home, (news) => sendNewsToAll('relay:changed', news));
  const spelling = new SpellingKeeper(profile.folder, (news) => {
    showSpelling(news);
    sendNewsToAll('spelling:changed', news);
  });
  setupLinks(library);
  setupLifetime(library, relay, bounds);
  void app.whenReady().then(() => {
    servePages(appFiles.page);
    refusePermissions();
    spelling.start();
    followSystemTheme();
    setupCalls(library, documents, relay, spelling);
    setupMenu(library, documents);
    showSpelling(spelling.state);
    watchNetworkReturn(() => sendNewsToAll('network:back', null));
    relay.start();
    library.show().once('ready-to-show', () => void spelling.placeRest());
  });
}

/** Everything Chromium keeps goes into the profile's folder, and only one process at a time may use that. */
function setupProfile(profile: Profile): void {
  app.setName(strings.appName);
  app.setPath('userData', profile.folder);
}

function setupLinks(library: LibraryWindow): void {
  const open = (link: string) => library.tell('link:opened', { link });
  receiveLinks((link) => void app.whenReady().then(() => open(link)));
  claimLinks();
  app.on('second-instance', (_event, args) => {
    const link = linkIn(args);
    if (link === undefined) library.show();
    else open(link);
  });
}

function setupCalls(
  library: LibraryWindow,
  documents: DocumentWindows,
  relay: RelayKeeper,
  spelling: SpellingKeeper,
): void {
  answerCalls({
    'document:open': (target) => {
      documents.open(target);
      return null;
    },
    'document:state': (state, sender) => {
      documents.update(sender, state);
      return null;
    },
    'link:open': ({ url }) => {
      openAddress(url);
      return null;
    },
    'file:open': (_nothing, sender) => openFiles(sender),
    'file:save': saveFile,
    'switches:state': (switches) => {
      showSwitches(switches);
      spelling.check(switches.spellcheck);
      return null;
    },
    'spelling:get': () => spelling.state,
    'library:show': () => {
      library.show();
      return null;
    },
    'relay:get': () => relay.state,
    'relay:network': ({ open }) => relay.openNetwork(open),
  });
}

function setupMenu(library: LibraryWindow, documents: DocumentWindows): void {
  setAppMenu({
    newDocument: () => library.tell('menu:command', { command: 'new-document' }),
    openFile: () => library.tell('menu:command', { command: 'open-file' }),
    openDocument: () => library.tell('link:opened', { link: '' }),
    showLibrary: () => void library.show(),
    command: (window, command) => {
      // Undo and redo act in the fields of every window.
      const isForAll = command === 'new-document' || command === 'undo' || command === 'redo';
      if (isForAll || documents.has(window)) sendNews(window.webContents, 'menu:command', { command });
    },
  });
}

function setupLifetime(library: LibraryWindow, relay: RelayKeeper, bounds: WindowBounds): void {
  watchQuitting();
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) library.show();
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  let finished = false;
  app.on('will-quit', (event) => {
    if (finished) return;
    event.preventDefault();
    void Promise.allSettled([relay.stop(), bounds.flush()]).then(() => {
      finished = true;
      app.quit();
    });
  });
}
