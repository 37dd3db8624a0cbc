import { join } from 'node:path';
import { app, type MenuItemConstructorOptions, session, utilityProcess, type WebContents } from 'electron';
import { appFiles } from './app-files.ts';
import type { Spelling } from './bridge.ts';
import {
  Dictionaries,
  type DictionaryMaker,
  type Placement,
  systemDictionaryFolders,
  unusableCode,
} from './dictionaries.ts';
import { chooseLanguages } from './spelling-languages.ts';
import { strings } from './strings.ts';

/** Chromium asks the system for dictionaries first there. */
const isSystems = process.platform === 'win32';

/** Checks spelling in a person's languages, and knows which of them it cannot check. */
export class SpellingKeeper {
  readonly #changed: (state: Spelling) => void;
  /** On macOS the system knows everything itself. */
  #state: Spelling = { isChecked: true, missing: [] };
  /** Languages whose dictionaries are in their places. */
  #ready: readonly string[] = [];
  #pending: readonly (readonly [language: string, make: () => Promise<boolean>])[] = [];
  /** What makes newer dictionaries than those in their places. */
  #newer: readonly (() => Promise<boolean>)[] = [];
  /** Whether it is to be checked; undefined until the first window tells. */
  #isOn: boolean | undefined;

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
    const dictionaries = new Dictionaries(places, maker);
    const { checked, missing } = chooseLanguages(
      app.getPreferredSystemLanguages(),
      (language) => isSystems || dictionaries.has(language),
    );
    const placed = checked.map((language) => ({ language, ...dictionaries.place(language) }));
    const isUsed = ({ isReady, make }: Placement) => isReady || (isSystems && make === undefined);
    this.#ready = placed.filter(isUsed).map(({ language }) => language);
    const others = placed.filter((one) => !isUsed(one));
    this.#pending = others.flatMap(({ language, make }) => (make === undefined ? [] : [[language, make]]));
    this.#newer = placed.flatMap(({ isReady, make }) => (isReady && make !== undefined ? [make] : []));
    const unusable = others.flatMap(({ language, make }) => (make === undefined ? [baseOf(language)] : []));
    this.#state = { isChecked: this.#ready.length + this.#pending.length > 0, missing, unusable };
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
      if (this.#ready.includes(language)) this.#lacks(language, isSystems ? 'missing' : 'unusable');
    });
    this.#checkReady();
  }

  get state(): Spelling {
    return this.#state;
  }

  /** Makes the dictionaries that have to be made first; for when the first window is there. */
  async placeRest(): Promise<void> {
    for (const [language, make] of this.#pending) {
      const isMade = await make().catch(() => false);
      this.#pending = this.#pending.filter(([one]) => one !== language);
      if (isMade) {
        this.#ready = [...this.#ready, language];
        this.#checkReady();
      } else this.#lacks(language, 'unusable');
    }
    for (const make of this.#newer) await make().catch(() => false);
  }

  /** Turns the marks under misspelled words on or off, in all windows. */
  check(on: boolean): void {
    this.#isOn = on;
    session.defaultSession.setSpellCheckerEnabled(on);
  }

  /** Tells Chromium the languages: it refuses all of them for one it does not know, and turns its checking on with them. */
  #checkReady(): void {
    const { defaultSession } = session;
    const available = new Set(defaultSession.availableSpellCheckerLanguages);
    for (const language of this.#ready) if (!available.has(language)) this.#lacks(language, 'unusable');
    defaultSession.setSpellCheckerLanguages([...this.#ready]);
    if (this.#isOn !== undefined) defaultSession.setSpellCheckerEnabled(this.#isOn);
  }

  #lacks(language: string, reason: 'missing' | 'unusable'): void {
    this.#ready = this.#ready.filter((one) => one !== language);
    const isChecked = this.#ready.length + this.#pending.length > 0;
    const bases = new Set([...(this.#state[reason] ?? []), baseOf(language)]);
    this.#state = { ...this.#state, isChecked, [reason]: [...bases] };
    this.#changed(this.#state);
  }
}

const baseOf = (language: string) => language.split('-')[0] ?? language;

const maker: DictionaryMaker = {
  version: app.getVersion(),
  make: (aff, dic, target) => {
    const files = [aff, dic, target];
    const child = utilityProcess.fork(appFiles.dictionaryMaker, files, {
      serviceName: 'Inkroom dictionary',
      stdio: 'inherit',
    });
    return new Promise((resolve) =>
      child.once('exit', (code) =>
        resolve(code === 0 ? 'made' : code === unusableCode ? 'unusable' : 'failed'),
      ),
    );
  },
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
