import type { BrowserWindow } from 'electron';
import { focusWindow, openAppWindow } from './app-window.ts';
import { type BridgeEvents, pages } from './bridge.ts';
import { sendNews } from './ipc.ts';
import type { WindowBounds } from './window-bounds.ts';

/** The window with the list of documents. There is at most one. */
export class LibraryWindow {
  readonly #bounds: WindowBounds;
  #window: BrowserWindow | undefined;

  constructor(bounds: WindowBounds) {
    this.#bounds = bounds;
  }

  /** Opens it, or brings the open one to the front. */
  show(): BrowserWindow {
    if (this.#window !== undefined) {
      focusWindow(this.#window);
      return this.#window;
    }
    const window = openAppWindow(
      { name: 'library', address: pages.library, width: 920, height: 680 },
      this.#bounds,
    );
    this.#window = window;
    window.once('closed', () => {
      this.#window = undefined;
    });
    return window;
  }

  /** Shows it and tells its page something, once that page can hear it. */
  tell<Channel extends keyof BridgeEvents>(channel: Channel, news: BridgeEvents[Channel]): void {
    const { webContents } = this.show();
    if (!webContents.isLoadingMainFrame() && webContents.getURL() !== '')
      sendNews(webContents, channel, news);
    else webContents.once('did-finish-load', () => sendNews(webContents, channel, news));
  }
}
