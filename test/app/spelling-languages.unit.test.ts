import { describe, expect, test } from 'vitest';
import { chooseLanguages, dictionaryFileName } from '../../main/spelling-languages.ts';

const bundled = ['en-GB', 'en-US', 'ru'];

/** What is chosen on a computer with these languages, where these dictionaries are. */
function chosen(preferred: string, dictionaries: readonly string[] = bundled) {
  return chooseLanguages(preferred.split(' '), (language) => dictionaries.includes(language));
}

describe('languages of spelling', () => {
  test.each([
    ['the same', 'en-GB', ['en-GB']],
    ['its base', 'de-AT', ['de']],
    ['the one in the same letters', 'sr-Latn-RS sr-RS', ['sh', 'sr']],
    ['what stands in for the base', 'en-IN', ['en-US']],
    ["every one of the person's", 'de-CH fr-CH fr it', ['de', 'fr']],
    ['each dictionary once', 'de-DE de en-US en', ['de-DE', 'en-US']],
  ])('are %s', (_what, preferred, checked) => {
    const here = [...bundled, 'de', 'de-DE', 'fr', 'sh', 'sr'];
    expect(chosen(preferred, here).checked).toEqual(checked);
  });

  test.each([
    ['Russian, whose letters English does not judge', 'ru-RU ru', ['ru', 'en-US']],
    ['Japanese, which has no dictionary at all', 'ja-JP', ['en-US']],
    ['none that the system names', 'c', ['en-US']],
  ])('are English, too, beside %s', (_what, preferred, checked) => {
    expect(chosen(preferred)).toEqual({ checked, missing: [] });
  });

  test('are not English where it would mark every word, and what is missing is told', () => {
    expect(chosen('de-DE de')).toEqual({ checked: [], missing: ['de'] });
    expect(chosen('fi')).toEqual({ checked: [], missing: [] });
    expect(chosen('de-DE en-US')).toEqual({ checked: ['en-US'], missing: ['de'] });
    expect(chosen('no', ['nb'])).toEqual({ checked: ['nb'], missing: [] });
  });

  test.each([
    ['en-US', 'en-US-10-1.bdic'],
    ['en', 'en-US-10-1.bdic'],
    ['ru', 'ru-RU-3-0.bdic'],
    ['de-DE', 'de-DE-3-0.bdic'],
    ['es-MX', 'es-ES-3-0.bdic'],
    ['uk', 'uk-UA-5-0.bdic'],
    ['sr', 'sr-4-0.bdic'],
  ])('of %s, Chromium looks for %s', (language, file) => {
    expect(dictionaryFileName(language)).toBe(file);
  });
});
