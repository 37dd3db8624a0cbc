import { join } from 'node:path';
import { app, type MenuItemConstructorOptions, session, utilityProcess, type WebContents } from 'electron';
import { appFiles } from './app-files.ts';
import type { Spelling } from './bridge.ts';
import { type ConvertDictionary, Dictionaries, systemDictionaryFolders } from './dictionaries.ts';
import { chooseLanguages } from './spelling-languages.ts';
import { strings } from './strings.ts';

/** Checks spelling in a person's languages, and knows which of them it cannot check. */
export class SpellingKeeper {
  readonly #changed: (state: Spelling) => void;
  /** On macOS the system knows everything itself. */
  #state: Spelling = { isChecked: true, missing: [] };
  /** Languages whose dictionaries are in their places. */
  #ready: readonly string[] = [];
  #pending: readonly (readonly [language: string, place: () => Promise<boolean>])[] = [];

  /**
   * Puts the dictionaries where Chromium looks for them, in the profile's folder. To be made before the app is ready: from
   * then on Chromium looks for the language it takes for the person's, and only once.
   */
  constructor(profileFolder: string, changed: (state: Spelling) => void) {
    this.#changed = changed;
    if (process.platform === 'darwin') return;
    const places = {
      used: join(profileFolder, 'Dictionaries'),
      bundled: appFiles.dictionaries,
      system: systemDictionaryFolders(process.env),
    };
    const dictionaries = new Dictionaries(places, convertElsewhere);
    // Chromium asks the system first there.
    const isSystems = process.platform === 'win32';
    const { checked, missing } = chooseLanguages(
      app.getPreferredSystemLanguages(),
      (language) => isSystems || dictionaries.has(language),
    );
    const ready: string[] = [];
    const pending: [string, () => Promise<boolean>][] = [];
    for (const language of checked) {
      const place = dictionaries.place(language);
      if (place === 'placed') ready.push(language);
      else pending.push([language, place]);
    }
    this.#ready = ready;
    this.#pending = pending;
    this.#state = { isChecked: checked.length > 0, missing };
  }

  /**
   * Begins to check. Chromium would get missing dictionaries from a third party's server: the address it is to ask is one
   * that nothing answers, so that nobody learns who writes in which language.
   */
  start(): void {
    if (process.platform === 'darwin') return;
    const { defaultSession } = session;
    defaultSession.setSpellCheckerDictionaryDownloadURL('http://127.0.0.1:1/');
    defaultSession.on('spellcheck-dictionary-download-failure', (_event, language) => {
      if (this.#ready.includes(language)) this.#lacks(language);
    });
    defaultSession.setSpellCheckerLanguages([...this.#ready]);
  }

  get state(): Spelling {
    return this.#state;
  }

  /** Makes the dictionaries that have to be made first; for when the first window is there. */
  async placeRest(): Promise<void> {
    const pending = this.#pending;
    this.#pending = [];
    for (const [language, place] of pending) {
      if (await place()) {
        this.#ready = [...this.#ready, language];
        session.defaultSession.setSpellCheckerLanguages([...this.#ready]);
      } else this.#lacks(language);
    }
  }

  /** Turns the marks under misspelled words on or off, in all windows. */
  check(on: boolean): void {
    session.defaultSession.setSpellCheckerEnabled(on);
  }

  #lacks(language: string): void {
    const [base = language] = language.split('-');
    this.#ready = this.#ready.filter((one) => one !== language);
    const isChecked = this.#ready.length + this.#pending.length > 0;
    this.#state = { isChecked, missing: [...new Set([...this.#state.missing, base])] };
    this.#changed(this.#state);
  }
}

const convertElsewhere: ConvertDictionary = (aff, dic, target) => {
  const files = [aff, dic, target];
  const child = utilityProcess.fork(appFiles.dictionaryMaker, files, {
    serviceName: 'Inkroom dictionary',
    stdio: 'inherit',
  });
  return new Promise((resolve) => child.once('exit', (code) => resolve(code === 0)));
};

/** What a menu offers for a misspelled word: corrections, and to learn the word. */
export function spellingItems(
  contents: WebContents,
  misspelled: string,
  corrections: readonly string[],
): MenuItemConstructorOptions[] {
  if (misspelled === '') return [];
  const words = strings.menu;
  const offered: MenuItemConstructorOptions[] = corrections.map((word) => ({
    label: word,
    click: () => contents.replaceMisspelling(word),
  }));
  return [
    ...(offered.length > 0 ? offered : [{ label: words.noCorrections, enabled: false }]),
    { type: 'separator' },
    {
      label: words.addToDictionary,
      click: () => void contents.session.addWordToSpellCheckerDictionary(misspelled),
    },
    { type: 'separator' },
  ];
}
