/** The languages that are checked, by Chromium's names, and those of the person's that no dictionary is here for. */
export interface ChosenLanguages {
  readonly checked: readonly string[];
  readonly missing: readonly string[];
}

/** Where a language has no dictionary of its own and another one's fits. */
const standIns: Readonly<Record<string, string>> = { en: 'en-US', no: 'nb', pt: 'pt-BR' };
const lastResort = 'en-US';

/** The region in the name of a language's dictionary where Chromium's name of the language has none or another one. */
const regions: Readonly<Record<string, string>> = {
  af: 'ZA',
  bg: 'BG',
  ca: 'ES',
  cs: 'CZ',
  cy: 'GB',
  da: 'DK',
  de: 'DE',
  el: 'GR',
  en: 'US',
  es: 'ES',
  'es-419': 'ES',
  'es-AR': 'ES',
  'es-MX': 'ES',
  'es-US': 'ES',
  et: 'EE',
  fa: 'IR',
  fo: 'FO',
  fr: 'FR',
  he: 'IL',
  hi: 'IN',
  hr: 'HR',
  hu: 'HU',
  id: 'ID',
  it: 'IT',
  lt: 'LT',
  lv: 'LV',
  nb: 'NO',
  nl: 'NL',
  pl: 'PL',
  pt: 'BR',
  ro: 'RO',
  ru: 'RU',
  sk: 'SK',
  sl: 'SI',
  sv: 'SE',
  ta: 'IN',
  tg: 'TG',
  tr: 'TR',
  uk: 'UA',
  vi: 'VN',
};

/** The languages that Chromium checks; those without a region here have it in their names, or have none. */
export const chromiumLanguages: ReadonlySet<string> = new Set([
  ...Object.keys(regions),
  ...['de-DE', 'en-AU', 'en-CA', 'en-GB', 'en-GB-oxendict', 'en-US', 'es-ES', 'fr-FR', 'hy', 'it-IT', 'ko'],
  ...['pt-BR', 'pt-PT', 'sh', 'sq', 'sr'],
]);

/** The version in the name of a dictionary that Chromium looks for, from `spellcheck_common.cc` of Chromium 101 and later. */
const versions: Readonly<Record<string, string>> = {
  'cy-GB': '1-0',
  'en-AU': '10-1',
  'en-CA': '10-1',
  'en-GB': '10-1',
  'en-GB-oxendict': '10-1',
  'en-US': '10-1',
  'fa-IR': '9-0',
  hy: '1-0',
  sh: '4-0',
  sr: '4-0',
  'tg-TG': '5-0',
  'tr-TR': '4-0',
  'uk-UA': '5-0',
};
const usualVersion = '3-0';

/**
 * The best match of each language a person prefers: the same, else its base, else what stands in for that. English is
 * checked besides where all of them have other letters than Latin ones, which it says nothing about; else it would mark
 * every word.
 */
export function chooseLanguages(
  preferred: readonly string[],
  hasDictionary: (language: string) => boolean,
): ChosenLanguages {
  const wanted = preferred.flatMap(parseTag);
  const checked: string[] = [];
  const missing = new Set<string>();
  const foundBases = new Set<string>();
  const add = (language: string) => {
    if (!checked.some((one) => dictionaryOf(one) === dictionaryOf(language))) checked.push(language);
  };
  for (const tag of wanted) {
    const base = baseOf(tag);
    const names = [tag.baseName, base, standIns[base] ?? base].filter((name) => chromiumLanguages.has(name));
    const found = names.find(hasDictionary);
    if (found !== undefined) {
      add(found);
      foundBases.add(base);
    } else if (names.length > 0) missing.add(base);
  }
  const isLatin = wanted.some((tag) => tag.maximize().script === 'Latn');
  if (!isLatin && hasDictionary(lastResort)) add(lastResort);
  return { checked, missing: [...missing].filter((base) => !foundBases.has(base)) };
}

/** The dictionary of a language, such as `de-DE`; several languages may share one. */
export function dictionaryOf(language: string): string {
  const region = regions[language];
  return region === undefined ? language : `${language.split('-')[0]}-${region}`;
}

/** The name of the file in which Chromium looks for a language's dictionary. */
export function dictionaryFileName(language: string): string {
  const dictionary = dictionaryOf(language);
  return `${dictionary}-${versions[dictionary] ?? usualVersion}.bdic`;
}

/** Serbian in Latin letters has a name of its own in Chromium. */
function baseOf({ language, script }: Intl.Locale): string {
  return language === 'sr' && script === 'Latn' ? 'sh' : language;
}

/** A system may give names that are none, such as `c`. */
function parseTag(tag: string): readonly Intl.Locale[] {
  try {
    return [new Intl.Locale(tag)];
  } catch {
    return [];
  }
}
