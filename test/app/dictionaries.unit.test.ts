import { mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundledTable, Dictionaries, type DictionaryMaker, type Placement } from '../../main/dictionaries.ts';

let home: string;
let made: string[];
const place = (...parts: string[]) => join(home, ...parts);
const used = (file: string) => readFile(place('used', file), 'utf8').catch(() => undefined);

const making: DictionaryMaker['make'] = async (aff, _dic, target) => {
  made.push(aff);
  await writeFile(target, `made from ${await readFile(aff, 'utf8')}`);
  return 'made';
};

/** As the app has them when it starts. */
function dictionaries(make = making, version = '1'): Dictionaries {
  const system = [place('none'), place('file'), place('system')];
  return new Dictionaries({ used: place('used'), bundled: place('bundled'), system }, { version, make });
}

async function bundle(content: string): Promise<void> {
  await writeFile(place('bundled', 'en-US.bdic'), content);
  await writeFile(place('bundled', bundledTable), JSON.stringify({ 'en-US': content }));
}

/** Other dictionaries, of English and of German. */
async function change(content: string): Promise<void> {
  await bundle(content);
  await writeFile(place('system', 'de_AT.aff'), content);
}

/** Whether one is in its place in the end. */
async function placeNow(
  language: string,
  make?: DictionaryMaker['make'],
  version?: string,
): Promise<boolean> {
  const placement: Placement = dictionaries(make, version).place(language);
  return placement.make === undefined ? placement.isReady : placement.make();
}

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'inkroom-dictionaries-'));
  made = [];
  for (const folder of ['bundled', 'system']) await mkdir(place(folder));
  await bundle('first');
  await writeFile(place('file'), 'a file where a folder is expected');
  await writeFile(place('system', 'de_AT.aff'), 'Austria');
  await writeFile(place('system', 'de_AT.dic'), '0');
  await writeFile(place('system', 'de_DE.dic'), 'without its rules');
});
afterEach(() => rm(home, { recursive: true, force: true }));

test('what comes with the app is put in its place at once, and again only when it has changed', async () => {
  expect(dictionaries().has('en-US')).toBe(true);
  expect(dictionaries().place('en-US')).toEqual({ isReady: true });
  expect(await used('en-US-10-1.bdic')).toBe('first');
  await writeFile(place('used', 'en-US-10-1.bdic'), 'read by Chromium');
  expect(dictionaries().place('en-US')).toEqual({ isReady: true });
  expect(await used('en-US-10-1.bdic')).toBe('read by Chromium');
  await bundle('second');
  expect(dictionaries().place('en-US')).toEqual({ isReady: true });
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

test.each([
  ['fails', async () => 'failed' as const],
  ['cannot be begun', () => Promise.reject(new Error('no process'))],
])('where making %s, nothing is left, and it is tried again', async (_what, make) => {
  expect(await placeNow('de', make).catch(() => false)).toBe(false);
  expect(await used('de-DE-3-0.bdic')).toBeUndefined();
  expect(await placeNow('de')).toBe(true);
});

test('what no dictionary can be made from is tried again only when it, or the app, has changed', async () => {
  const unusable = async (aff: string) => {
    made.push(aff);
    return 'unusable' as const;
  };
  for (const _start of [1, 2]) expect(await placeNow('de', unusable)).toBe(false);
  expect(made).toHaveLength(1);
  expect(dictionaries().place('de')).toEqual({ isReady: false });
  await utimes(place('system', 'de_AT.dic'), 1, 1);
  expect(await placeNow('de', unusable)).toBe(false);
  expect(made).toHaveLength(2);
  expect(await placeNow('de', making, '2')).toBe(true);
});

test('an older one is used while a newer one is made, and where that cannot be', async () => {
  await placeNow('de');
  await utimes(place('system', 'de_AT.dic'), 1, 1);
  const { isReady, make } = dictionaries(async () => 'unusable').place('de');
  expect(isReady).toBe(true);
  expect(await make?.()).toBe(false);
  expect(dictionaries().place('de')).toEqual({ isReady: true });
  expect(await used('de-DE-3-0.bdic')).toBe('made from Austria');
});

test.each([
  ['en-US', 'en-US-10-1.bdic'],
  ['de', 'de-DE-3-0.bdic'],
])('%s: one that was not put in its place to the end is, the next time', async (language, file) => {
  await placeNow(language);
  const older = await used(file);
  await change('second');
  // A folder with something in it cannot be replaced by a file: the last step fails.
  await rm(place('used', file));
  await mkdir(place('used', file, 'full'), { recursive: true });
  await placeNow(language).catch(() => false);
  await rm(place('used', file), { recursive: true });
  await writeFile(place('used', file), older ?? '');
  expect(await placeNow(language)).toBe(true);
  expect(await used(file)).toContain('second');
  await rm(place('used', file));
  await change('third one');
  expect(await placeNow(language)).toBe(true);
  expect(await used(file)).toContain('third one');
});

test.each([
  ['en-US', 'en-US-10-1.bdic'],
  ['de', 'de-DE-3-0.bdic'],
])("%s: no file is put in its place that would be taken for somebody's own", async (language, file) => {
  await mkdir(place('used', 'sources.json.next'), { recursive: true });
  expect(await placeNow(language).catch(() => false)).toBe(false);
  expect(await used(file)).toBeUndefined();
  await rm(place('used', 'sources.json.next'), { recursive: true });
  expect(await placeNow(language)).toBe(true);
  await change('second');
  expect(await placeNow(language)).toBe(true);
  expect(await used(file)).toContain('second');
});

test('a folder that cannot be written leaves a language without its dictionary, and the app without an error', async () => {
  await writeFile(place('used'), 'a file');
  expect(dictionaries().place('en-US')).toEqual({ isReady: false });
  expect(await placeNow('de').catch(() => false)).toBe(false);
});

test('a dictionary that cannot be replaced is used as it is', async () => {
  await placeNow('en-US');
  await bundle('second');
  await mkdir(place('used', 'en-US-10-1.bdic.next'));
  expect(dictionaries().place('en-US')).toEqual({ isReady: true });
  expect(await used('en-US-10-1.bdic')).toBe('first');
});

test('a link that leads nowhere is no dictionary, and hides none', async () => {
  for (const name of ['de_DE', 'fr_FR']) {
    await writeFile(place('system', `${name}.aff`), name);
    await rm(place('system', `${name}.dic`), { force: true });
    await symlink(place('nowhere'), place('system', `${name}.dic`));
  }
  expect(dictionaries().has('fr')).toBe(false);
  expect(dictionaries().place('fr')).toEqual({ isReady: false });
  expect(await placeNow('de')).toBe(true);
  expect(made).toEqual([place('system', 'de_AT.aff')]);
});

test('a file that somebody has put there is theirs', async () => {
  await mkdir(place('used'));
  await writeFile(place('used', 'en-US-10-1.bdic'), 'theirs');
  await writeFile(place('used', 'fr-FR-3-0.bdic'), 'theirs');
  expect(dictionaries().has('fr')).toBe(true);
  for (const language of ['en-US', 'fr']) expect(dictionaries().place(language)).toEqual({ isReady: true });
  expect(await used('en-US-10-1.bdic')).toBe('theirs');
});

test('languages without one are known, and English of one country does not stand for another', async () => {
  await writeFile(place('system', 'en_ZA.aff'), '');
  await writeFile(place('system', 'en_ZA.dic'), '');
  for (const language of ['fr', 'en-AU']) expect(dictionaries().has(language)).toBe(false);
});
