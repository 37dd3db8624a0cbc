import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundledTable } from '../main/dictionaries.ts';
import { convertDictionary } from '../main/hunspell-dictionary.ts';
import { inProject } from './places.ts';

/** The npm package of each dictionary that comes with the app; all have licences that allow passing them on in another form. */
export const dictionaryPackages = {
  'en-GB': 'dictionary-en-gb',
  'en-US': 'dictionary-en',
  'ru-RU': 'dictionary-ru',
} as const;

/** Makes Chromium's form of the dictionaries that come with the app, and the table by which it knows them. */
export async function makeDictionaries(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const checksums: Record<string, string> = {};
  const licences: string[] = [];
  for (const [dictionary, name] of Object.entries(dictionaryPackages)) {
    const from = (file: string) => readFile(inProject('node_modules', name, file));
    const made = convertDictionary(await from('index.aff'), await from('index.dic'));
    checksums[dictionary] = createHash('sha256').update(made).digest('hex');
    await writeFile(join(folder, `${dictionary}.bdic`), made);
    const { version, license } = JSON.parse(String(await from('package.json')));
    licences.push(
      `== ${dictionary}, from ${name} ${version} (${license}), in another form\n\n${await from('license')}`,
    );
  }
  await writeFile(join(folder, bundledTable), JSON.stringify(checksums));
  await writeFile(join(folder, 'LICENCES.txt'), licences.join('\n'));
}
