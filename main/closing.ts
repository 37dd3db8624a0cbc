import { setTimeout as delay } from 'node:timers/promises';
import { app, type BrowserWindow, dialog } from 'electron';
import { strings } from './strings.ts';

/** Edits on their way are usually acknowledged within this time; then closing has nothing to say. */
const patienceMs = 500;
const lookEveryMs = 25;

let quitting = false;

/** Notes that the whole app is closing, so that a question about one window does not end the rest of it. */
export function watchQuitting(): void {
  app.on('before-quit', () => {
    quitting = true;
  });
}

/** Says, before a window closes, that edits which are not on the relay yet are safe here (G4). Silent if there are none. */
export function askBeforeClosing(window: BrowserWindow, unsaved: () => number): void {
  let decided = false;
  let asking = false;
  window.on('close', (event) => {
    // A page that has crashed knows nothing more; its edits are in the journal all the same.
    if (decided || unsaved() === 0 || window.webContents.isCrashed()) return;
    event.preventDefault();
    if (asking) return;
    asking = true;
    const wasQuitting = quitting;
    quitting = false;
    void ask(window, unsaved).then((close) => {
      asking = false;
      if (!close || window.isDestroyed()) return;
      decided = true;
      window.close();
      if (wasQuitting) app.quit();
    });
  });
}

async function ask(window: BrowserWindow, unsaved: () => number): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  while (unsaved() > 0 && Date.now() < deadline) await delay(lookEveryMs);
  const left = unsaved();
  if (left === 0) return true;
  const { response } = await dialog.showMessageBox(window, {
    type: 'info',
    message: strings.unsavedOnClose(left),
    buttons: [strings.close, strings.keepOpen],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  });
  return response === 0;
}
