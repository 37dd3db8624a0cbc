import { type MenuItemConstructorOptions, type Session, session, type WebContents } from 'electron';
import { strings } from './strings.ts';

/**
 * Spelling is checked by what the system brings. macOS has its own dictionaries; elsewhere Chromium looks for files of
 * them in the profile's folder, where an operator may put them. It would get missing ones from a third party's server:
 * the address they are asked of is one that nothing answers, so that nobody learns who writes in which language.
 */
export function limitSpelling(shared: Session = session.defaultSession): void {
  if (process.platform === 'darwin') return;
  shared.setSpellCheckerDictionaryDownloadURL('http://127.0.0.1:1/');
  const known = shared.availableSpellCheckerLanguages;
  const wanted = [systemLanguage(), 'en-US'].filter((one) => known.includes(one));
  shared.setSpellCheckerLanguages([...new Set(wanted)]);
}

/** Turns the marks under misspelled words on or off, in all windows. */
export function checkSpelling(on: boolean, shared: Session = session.defaultSession): void {
  shared.setSpellCheckerEnabled(on);
}

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

function systemLanguage(): string {
  return Intl.DateTimeFormat().resolvedOptions().locale;
}
