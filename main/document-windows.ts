import type { BrowserWindow, WebContents } from 'electron';
import { focusWindow, openAppWindow } from './app-window.ts';
import { type DocumentState, type OpenTarget, pages } from './bridge.ts';
import { askBeforeClosing } from './closing.ts';
import { strings } from './strings.ts';
import type { WindowBounds } from './window-bounds.ts';

interface DocumentWindow {
  readonly window: BrowserWindow;
  state: DocumentState;
}

/** The windows with documents: one a document ID. */
export class DocumentWindows {
  readonly #bounds: WindowBounds;
  readonly #open = new Map<string, DocumentWindow>();

  constructor(bounds: WindowBounds) {
    this.#bounds = bounds;
  }

  /** Opens a document, or brings its window to the front if it is open. */
  open(target: OpenTarget): void {
    const there = this.#open.get(target.documentId);
    if (there !== undefined) {
      focusWindow(there.window);
      return;
    }
    const window = openAppWindow(
      { name: target.documentId, address: pages.document(target), width: 1080, height: 760 },
      this.#bounds,
    );
    const entry: DocumentWindow = { window, state: { title: '', unsaved: 0 } };
    this.#open.set(target.documentId, entry);
    window.setTitle(strings.documentTitle(strings.untitled));
    askBeforeClosing(window, () => entry.state.unsaved);
    window.once('closed', () => this.#open.delete(target.documentId));
  }

  /** Takes what a document's page says about itself into the window's title and its unsaved mark. */
  update(contents: WebContents, state: DocumentState): void {
    for (const entry of this.#open.values()) {
      if (entry.window.webContents !== contents) continue;
      entry.state = state;
      entry.window.setTitle(strings.documentTitle(state.title === '' ? strings.untitled : state.title));
      entry.window.setDocumentEdited(state.unsaved > 0);
    }
  }

  /** Whether a window shows a document. */
  has(window: BrowserWindow): boolean {
    return [...this.#open.values()].some((entry) => entry.window === window);
  }
}
