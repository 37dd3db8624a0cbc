import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundledTable, type ConvertDictionary, Dictionaries } from '../../main/dictionaries.ts';

let home: string;
let made: string[];
const place = (...parts: string[]) => join(home, ...parts);
const used = (file: string) => readFile(place('used', file), 'utf8').catch(() => undefined);

const convert: ConvertDictionary = async (aff, _dic, target) => {
  made.push(aff);
  await writeFile(target, `made from ${await readFile(aff, 'utf8')}`);
  return true;
};

/** As the app has them when it starts. */
function dictionaries(by: ConvertDictionary = convert): Dictionaries {
  const places = { used: place('used'), bundled: place('bundled'), system: [place('none'), place('system')] };
  return new Dictionaries(places, by);
}

async function bundle(content: string): Promise<void> {
  await writeFile(place('bundled', 'en-US.bdic'), content);
  await writeFile(place('bundled', bundledTable), JSON.stringify({ 'en-US': content }));
}

async function placeNow(language: string, by?: ConvertDictionary): Promise<boolean> {
  const way = dictionaries(by).place(language);
  return way === 'placed' || way();
}

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'inkroom-dictionaries-'));
  made = [];
  for (const folder of ['bundled', 'system']) await mkdir(place(folder));
  await bundle('first');
  await writeFile(place('system', 'de_AT.aff'), 'Austria');
  await writeFile(place('system', 'de_AT.dic'), '0');
  await writeFile(place('system', 'de_DE.dic'), 'without its rules');
});
afterEach(() => rm(home, { recursive: true, force: true }));

test('what comes with the app is put in its place at once, and again only when it has changed', async () => {
  expect(dictionaries().has('en-US')).toBe(true);
  expect(dictionaries().place('en-US')).toBe('placed');
  expect(await used('en-US-10-1.bdic')).toBe('first');
  await writeFile(place('used', 'en-US-10-1.bdic'), 'read by Chromium');
  expect(dictionaries().place('en-US')).toBe('placed');
  expect(await used('en-US-10-1.bdic')).toBe('read by Chromium');
  await bundle('second');
  expect(dictionaries().place('en-US')).toBe('placed');
  expect(await used('en-US-10-1.bdic')).toBe('second');
});

test("the system's are made once, and again when they have changed", async () => {
  expect(dictionaries().has('de')).toBe(true);
  expect(await placeNow('de')).toBe(true);
  expect(await used('de-DE-3-0.bdic')).toBe('made from Austria');
  expect(await placeNow('de')).toBe(true);
  expect(made).toHaveLength(1);
  await utimes(place('system', 'de_AT.dic'), 1, 1);
  expect(await placeNow('de')).toBe(true);
  expect(made).toEqual([place('system', 'de_AT.aff'), place('system', 'de_AT.aff')]);
});

test('one that cannot be made leaves nothing, and is tried again', async () => {
  expect(await placeNow('de', async () => false)).toBe(false);
  expect(await used('de-DE-3-0.bdic')).toBeUndefined();
  expect(await placeNow('de')).toBe(true);
});

test('a file that somebody has put there is theirs', async () => {
  await mkdir(place('used'));
  await writeFile(place('used', 'en-US-10-1.bdic'), 'theirs');
  await writeFile(place('used', 'fr-FR-3-0.bdic'), 'theirs');
  expect(dictionaries().has('fr')).toBe(true);
  for (const language of ['en-US', 'fr']) expect(dictionaries().place(language)).toBe('placed');
  expect(await used('en-US-10-1.bdic')).toBe('theirs');
});

test('languages without one are known, and English of one country does not stand for another', async () => {
  await writeFile(place('system', 'en_ZA.aff'), '');
  await writeFile(place('system', 'en_ZA.dic'), '');
  for (const language of ['fr', 'en-AU']) expect(dictionaries().has(language)).toBe(false);
});
