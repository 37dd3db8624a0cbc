import type { Page } from 'playwright-core';
import type { ElectronApp } from './electron-app.ts';
import { waitFor } from './wait-for.ts';

/** A document's window as a person uses it: by what is on the screen. */
export class DocumentPage {
  readonly page: Page;
  readonly documentId: string;

  private constructor(page: Page) {
    this.page = page;
    this.documentId = /#([^?]+)/.exec(page.url())?.[1] ?? '';
  }

  /** New, in the library window. */
  static async create(app: ElectronApp): Promise<DocumentPage> {
    const library = await app.library();
    await library.getByRole('button', { name: 'New document' }).click();
    return DocumentPage.inWindow(app);
  }

  /** Pastes an ID or a link into the library's field and presses Open. */
  static async open(app: ElectronApp, pasted: string): Promise<DocumentPage> {
    await open(await app.library(), pasted);
    return DocumentPage.inWindow(app);
  }

  /** The document whose window is open already. */
  static async inWindow(app: ElectronApp): Promise<DocumentPage> {
    const page = await app.documentWindow();
    await page.locator('.cm-content').waitFor();
    return new DocumentPage(page);
  }

  /** The ID that Share offers for editing, as a person copies it. */
  async sharedId(): Promise<string> {
    await this.page.getByRole('button', { name: 'Share', exact: true }).click();
    const id = await this.page.locator('[data-share="id"]').inputValue();
    await this.page.keyboard.press('Escape');
    return id;
  }

  /** Writes at the end of the text in one edit, which one undo takes back on a computer of any speed. */
  async insert(text: string): Promise<void> {
    await this.page.locator('.cm-content').click();
    await this.page.keyboard.press('Control+End');
    await this.page.keyboard.insertText(text);
  }

  /** Types with the keyboard, at the end of the text. */
  async type(text: string): Promise<void> {
    await this.page.locator('.cm-content').click();
    await this.page.keyboard.press('Control+End');
    await this.page.keyboard.type(text);
  }

  /** The whole text, also what is scrolled out of sight. */
  async text(): Promise<string> {
    return this.page.evaluate(() => {
      const content = document.querySelector<HTMLElement & { cmTile?: { root: { view: EditorLike } } }>(
        '.cm-content',
      );
      return content?.cmTile?.root.view.state.doc.toString() ?? '';
    });
  }

  /** The status on the screen. */
  async status(): Promise<{ readonly word: string; readonly unsaved: number; readonly saved: boolean }> {
    return this.page.evaluate(() => {
      const badge = document.querySelector<HTMLElement>('.status');
      return {
        word: badge?.innerText.trim() ?? '',
        unsaved: Number(badge?.dataset.unsaved),
        saved: badge?.dataset.saved === 'true',
      };
    });
  }

  /** Waits until everything is saved. */
  async saved(deadlineMs = 60_000): Promise<void> {
    await waitFor('the document to be saved', async () => (await this.status()).saved, {
      deadlineMs,
      seen: () => this.status(),
    });
  }

  /** Waits until the text contains something. */
  async shows(part: string, deadlineMs = 60_000): Promise<void> {
    await waitFor(`the text to contain ${part}`, async () => (await this.text()).includes(part), {
      deadlineMs,
      seen: async () => [(await this.text()).slice(-300), await this.status()],
    });
  }

  /** Names on the cursors of others that are drawn in the text. */
  async cursorNames(): Promise<readonly string[]> {
    return this.page.locator('.remote-flag').allTextContents();
  }

  /** Waits until someone's named cursor is in the text. */
  async showsCursorOf(name: string): Promise<void> {
    await waitFor(`the cursor of ${name}`, async () => (await this.cursorNames()).includes(name), {
      seen: () => this.cursorNames(),
    });
  }
}

/** What the tests use of CodeMirror's view, which a page reaches through its content element. */
export interface EditorLike {
  readonly state: {
    readonly doc: {
      readonly length: number;
      toString(): string;
      sliceString(from: number, to: number): string;
    };
  };
  readonly scrollDOM: HTMLElement;
  dispatch(transaction: object): void;
  focus(): void;
}

/** Answers the question for one's name on a fresh profile. */
export async function introduce(app: ElectronApp, name: string): Promise<void> {
  const library = await app.library();
  const card = library.getByRole('form', { name: 'Welcome to Inkroom' });
  await card.getByRole('textbox').fill(name);
  await card.getByRole('button', { name: 'Continue' }).click();
  await card.waitFor({ state: 'detached' });
}

/** Pastes something into the library's field and presses Open, whatever comes of it. */
export async function open(library: Page, pasted: string): Promise<void> {
  await library.getByPlaceholder('Paste a document ID or link').fill(pasted);
  await library.getByRole('button', { name: 'Open', exact: true }).click();
}
