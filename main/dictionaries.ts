import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { rename } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { dictionaryFileName, dictionaryOf } from './spelling-languages.ts';

/** Where dictionaries are. */
export interface DictionaryPlaces {
  /** Where Chromium looks for them. */
  readonly used: string;
  /** Those that come with the app, in Chromium's form, with a table of their checksums. */
  readonly bundled: string;
  /** Folders with Hunspell's. */
  readonly system: readonly string[];
}

/** Makes Chromium's form of Hunspell's two files, elsewhere, and tells whether it could. */
export type ConvertDictionary = (aff: string, dic: string, target: string) => Promise<boolean>;

/** Something a dictionary can be had from; its stamp changes with its content. */
type Source =
  | { readonly type: 'bundled'; readonly path: string; readonly stamp: string }
  | { readonly type: 'system'; readonly aff: string; readonly dic: string; readonly stamp: string };

/** The table of what comes with the app: checksums by language. */
export const bundledTable = 'dictionaries.json';
const stampsFile = 'sources.json';

/** Folders in which Linux distributions have Hunspell's dictionaries; `DICPATH` is Hunspell's own variable. */
export function systemDictionaryFolders(env: NodeJS.ProcessEnv): readonly string[] {
  const named = (env.DICPATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const usual = ['/usr/share/hunspell', '/usr/share/myspell', '/usr/share/myspell/dicts'];
  return process.platform === 'linux' ? [...named, ...usual] : named;
}

/** The dictionaries that can be had here, and their way to where Chromium looks for them. */
export class Dictionaries {
  readonly #places: DictionaryPlaces;
  readonly #convert: ConvertDictionary;
  readonly #bundled: Readonly<Record<string, string>>;
  /** What the files that this app has put there were made from. A file without a stamp is somebody's own. */
  readonly #stamps: Record<string, string>;

  constructor(places: DictionaryPlaces, convert: ConvertDictionary) {
    this.#places = places;
    this.#convert = convert;
    this.#bundled = readTable(join(places.bundled, bundledTable));
    this.#stamps = { ...readTable(join(places.used, stampsFile)) };
  }

  /** Whether there is one for this language, or one can be made. */
  has(language: string): boolean {
    return existsSync(this.#target(language)) || this.#source(language) !== undefined;
  }

  /** Puts a language's dictionary in its place: at once, or, where it has to be made, by the function that is returned. */
  place(language: string): 'placed' | (() => Promise<boolean>) {
    const target = this.#target(language);
    const name = dictionaryFileName(language);
    const source = this.#source(language);
    const isThere = existsSync(target);
    const isOwn = isThere && this.#stamps[name] === undefined;
    if (source === undefined || isOwn || (isThere && this.#stamps[name] === source.stamp)) return 'placed';
    mkdirSync(this.#places.used, { recursive: true, mode: 0o700 });
    const next = `${target}.next`;
    if (source.type === 'system') {
      return async () => {
        if (!(await this.#convert(source.aff, source.dic, next))) return false;
        await rename(next, target);
        this.#keepStamp(name, source.stamp);
        return true;
      };
    }
    writeFileSync(next, readFileSync(source.path));
    renameSync(next, target);
    this.#keepStamp(name, source.stamp);
    return 'placed';
  }

  #target(language: string): string {
    return join(this.#places.used, dictionaryFileName(language));
  }

  #source(language: string): Source | undefined {
    const dictionary = dictionaryOf(language);
    const checksum = this.#bundled[dictionary];
    if (checksum !== undefined) {
      return { type: 'bundled', path: join(this.#places.bundled, `${dictionary}.bdic`), stamp: checksum };
    }
    for (const folder of this.#places.system) {
      const name = hunspellName(dictionary, folder);
      if (name === undefined) continue;
      const aff = join(folder, `${name}.aff`);
      const dic = join(folder, `${name}.dic`);
      const stamp = [aff, dic].map((path) => `${path} ${statSync(path).size} ${statSync(path).mtimeMs}`);
      return { type: 'system', aff, dic, stamp: stamp.join(' ') };
    }
    return undefined;
  }

  #keepStamp(name: string, stamp: string): void {
    this.#stamps[name] = stamp;
    writeFileSync(join(this.#places.used, stampsFile), JSON.stringify(this.#stamps));
  }
}

/** Hunspell's name of a dictionary: `de_DE`, else `de`, else the first of another region. */
function hunspellName(dictionary: string, folder: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  const [base = ''] = dictionary.split('-');
  const files = readdirSync(folder);
  const complete = files
    .flatMap((file) => (file.endsWith('.dic') ? [file.slice(0, -'.dic'.length)] : []))
    .filter((name) => files.includes(`${name}.aff`));
  const named = [dictionary.replaceAll('-', '_'), base].find((name) => complete.includes(name));
  // English and Portuguese differ too much between regions.
  if (named !== undefined || base === 'en' || base === 'pt') return named;
  return complete.filter((name) => name.startsWith(`${base}_`)).sort()[0];
}

function readTable(path: string): Readonly<Record<string, string>> {
  try {
    const table: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof table !== 'object' || table === null) return {};
    return Object.fromEntries(
      Object.entries(table).flatMap(([name, stamp]) => (typeof stamp === 'string' ? [[name, stamp]] : [])),
    );
  } catch {
    return {};
  }
}
