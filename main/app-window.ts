import { app, BrowserWindow, nativeTheme } from 'electron';
import { appFiles } from './app-files.ts';
import { offerContextMenu } from './context-menu.ts';
import { pageUrl } from './page-scheme.ts';
import { strings } from './strings.ts';
import type { WindowBounds } from './window-bounds.ts';

/** A window to be made: its name for remembering where it was, its usual size, and its page's part after the `#`. */
export interface WindowPlan {
  readonly name: string;
  readonly address: string;
  readonly width: number;
  readonly height: number;
}

/** The page's own paper colours, so that a window is never white before its page is drawn. */
const paper = { light: '#FBFAF7', dark: '#16171A' } as const;

const reviveEveryMs = 10_000;

/** Opens a window on a page of this app, with nothing of Node in it. It shows itself once its page is drawn. */
export function openAppWindow(plan: WindowPlan, bounds: WindowBounds): BrowserWindow {
  const window = new BrowserWindow({
    ...bounds.boundsFor(plan.name, plan),
    minWidth: 480,
    minHeight: 360,
    show: false,
    title: strings.appName,
    backgroundColor: paperColour(),
    webPreferences: {
      preload: appFiles.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: true,
      // A document behind other windows goes on receiving and says so truthfully.
      backgroundThrottling: false,
      devTools: !app.isPackaged,
    },
  });
  bounds.follow(plan.name, window);
  window.once('ready-to-show', () => window.show());
  reviveAfterCrash(window);
  offerContextMenu(window);
  // The main process names windows, because it knows which document each one is.
  window.on('page-title-updated', (event) => event.preventDefault());
  const address = plan.address === '' ? pageUrl : `${pageUrl}#${plan.address}`;
  window.loadURL(address).catch((error: unknown) => console.error(`${plan.name} did not load:`, error));
  return window;
}

/** A page that crashed starts again from its journal; one that crashes at once is left, so that it does not spin. */
function reviveAfterCrash(window: BrowserWindow): void {
  let revivedAtMs = Number.NEGATIVE_INFINITY;
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    const nowMs = performance.now();
    if (reason === 'clean-exit' || nowMs - revivedAtMs < reviveEveryMs) return;
    revivedAtMs = nowMs;
    window.webContents.reload();
  });
}

/** Brings a window to the person, wherever it was. */
export function focusWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

/** Follows the system between light and dark while windows are open. */
export function followSystemTheme(): void {
  nativeTheme.on('updated', () => {
    for (const window of BrowserWindow.getAllWindows()) window.setBackgroundColor(paperColour());
  });
}

function paperColour(): string {
  return nativeTheme.shouldUseDarkColors ? paper.dark : paper.light;
}
