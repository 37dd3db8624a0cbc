import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convertDictionary, UnknownDictionary } from '../../main/hunspell-dictionary.ts';
import { dictionaryPackages } from '../../scripts/dictionaries.ts';
import { inProject } from '../../scripts/places.ts';
import { readBdic, readRules } from './bdic-reader.ts';

type Encoding = 'utf8' | 'latin1';

function convert(aff: string, dic: string, encoding: Encoding = 'utf8'): Buffer {
  return convertDictionary(Buffer.from(aff, encoding), Buffer.from(dic, encoding));
}

describe("Chromium's form of Hunspell's dictionaries", () => {
  test('has every word with its sets of flags, and the rules in UTF-8', () => {
    const aff = [
      '# A comment',
      'SET ISO8859-1',
      'TRY esàü',
      'REP 2',
      'REP f ph',
      'REP alot a_lot # two words',
      'ONLYINCOMPOUND c',
      'SFX A Y 2',
      'SFX A  0   en/B  [^e]   po:plural',
      'SFX A  e   ün    e',
      'PFX B N 1',
      'PFX B  0   über  .',
    ].join('\n');
    const dic = ['6', 'Tür/A', 'Tür/AB', 'voilà', 'and\\/or/B\tpo:x', 'a priori po:adverb', '/', ''].join(
      '\r\n',
    );
    const made = convert(aff, dic, 'latin1');
    expect(readRules(made)).toEqual([
      ['AF 3', 'AF B', 'AF A', 'AF AB'],
      ['SFX A Y 2', 'SFX A 0 en/1 [^e]', 'SFX A e ün e', 'PFX B N 1', 'PFX B 0 über .'],
      ['f', 'ph', 'alot', 'a lot'],
      ['TRY esàü', 'ONLYINCOMPOUND c'],
    ]);
    expect(Object.fromEntries(readBdic(made))).toEqual({
      Tür: [3, 2],
      voilà: [0],
      'and/or': [1],
      'a priori': [0],
      '/': [0],
    });
  });

  test('keeps the numbers of a dictionary that numbers its sets of flags', () => {
    const made = convert(
      'SET UTF-8\nAF 2\nAF A # 1\nAF AB # 2\nSFX A Y 1\nSFX A 0 s/2 .\n',
      '2\nРека/2\nдом/1\n',
    );
    expect(readRules(made).slice(0, 2)).toEqual([
      ['AF 2', 'AF A', 'AF AB'],
      ['SFX A Y 1', 'SFX A 0 s/2 .'],
    ]);
    expect(Object.fromEntries(readBdic(made))).toEqual({ Река: [2], дом: [1] });
  });

  test('is not made where words would have to be stored differently', () => {
    expect(() => convert('SET UTF-8\nCOMPLEXPREFIXES\n', '1\na\n')).toThrow(UnknownDictionary);
    expect(() => convert('SET ISCII-DEVANAGARI\n', '1\na\n')).toThrow(UnknownDictionary);
  });

  test('holds more sets of flags than fit beside a word', () => {
    const words = Array.from(
      { length: 9000 },
      (_one, index) => `w${index}/${String.fromCharCode(0x4e00 + index)}`,
    );
    const made = readBdic(convert('SET UTF-8\nFLAG UTF-8\n', ['9000', ...words].join('\n')));
    expect(made.size).toBe(9000);
    for (const index of [0, 8189, 8190, 8999]) expect(made.get(`w${index}`)).toEqual([index + 1]);
  });

  test.each(Object.entries(dictionaryPackages))('of %s has all words of its package', (_dictionary, name) => {
    const from = (file: string) => readFileSync(join(inProject('node_modules', name), file));
    const made = convertDictionary(from('index.aff'), from('index.dic'));
    const written = String(from('index.dic')).split('\n').slice(1);
    const expected = new Set(written.map((line) => line.replace(/\/[^/]*$|\t.*$/, '').trim()));
    expected.delete('');
    expect(new Set(readBdic(made).keys())).toEqual(expected);
    expect(made.subarray(16, 32)).toEqual(createHash('md5').update(made.subarray(32)).digest());
  });
});
