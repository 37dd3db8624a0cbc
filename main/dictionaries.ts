import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, delimiter, join } from 'node:path';
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

/** Makes Chromium's form of Hunspell's two files, elsewhere. */
export interface DictionaryMaker {
  /** Another version may be able to make what this one cannot. */
  readonly version: string;
  make(aff: string, dic: string, target: string): Promise<MadeDictionary>;
}

/** How making one ended: `unusable` is for good, while what `failed` may succeed another time. */
export type MadeDictionary = 'made' | 'unusable' | 'failed';

/** Whether a language's dictionary is in its place, and what else can be done for it. */
export interface Placement {
  readonly isReady: boolean;
  /** Makes one, or a newer one that is used from the next start on, and tells whether it could. */
  readonly make?: () => Promise<boolean>;
}

/** Something a dictionary can be had from; its stamp changes with its content. */
type Source = BundledSource | SystemSource;
interface BundledSource {
  readonly type: 'bundled';
  readonly path: string;
  readonly stamp: string;
}
interface SystemSource {
  readonly type: 'system';
  readonly aff: string;
  readonly dic: string;
  readonly stamp: string;
}

/** The table of what comes with the app: checksums by language. */
export const bundledTable = 'dictionaries.json';
const stampsFile = 'sources.json';
/** With this code the maker's process says that the files are no dictionary it can make. */
export const unusableCode = 65;

/** Folders in which Linux distributions have Hunspell's dictionaries; `DICPATH` is Hunspell's own variable. */
export function systemDictionaryFolders(env: NodeJS.ProcessEnv): readonly string[] {
  const named = (env.DICPATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const usual = ['/usr/share/hunspell', '/usr/share/myspell', '/usr/share/myspell/dicts'];
  return process.platform === 'linux' ? [...named, ...usual] : named;
}

/** The dictionaries that can be had here, and their way to where Chromium looks for them. */
export class Dictionaries {
  readonly #places: DictionaryPlaces;
  readonly #maker: DictionaryMaker;
  readonly #bundled: Readonly<Record<string, string>>;
  /** What the files that this app has put there were made from. A file without a stamp is somebody's own. */
  readonly #stamps: Record<string, string>;

  constructor(places: DictionaryPlaces, maker: DictionaryMaker) {
    this.#places = places;
    this.#maker = maker;
    this.#bundled = readTable(join(places.bundled, bundledTable));
    this.#stamps = { ...readTable(join(places.used, stampsFile)) };
  }

  /** Whether there is one for this language, or one can be made. */
  has(language: string): boolean {
    return existsSync(this.#target(language)) || this.#source(language) !== undefined;
  }

  /**
   * Puts a language's dictionary in its place, at once where it comes with the app. What cannot be read or written is left
   * as it is: checking spelling is not worth an app that does not start.
   */
  place(language: string): Placement {
    const target = this.#target(language);
    const isReady = existsSync(target);
    const source = this.#source(language);
    if (source === undefined || this.#isDone(target, source)) return { isReady };
    if (source.type === 'system') return { isReady, make: () => this.#make(target, source) };
    try {
      this.#makeFolder();
      writeFileSync(nextOf(target), readFileSync(source.path));
      this.#put(target, source.stamp);
    } catch {
      return { isReady };
    }
    return { isReady: true };
  }

  /** Whether nothing better can be had from the source: the file is made from it or is somebody's own, or none can be made. */
  #isDone(target: string, { stamp }: Source): boolean {
    const known = this.#stamps[basename(target)];
    if (this.#stamps[failureOf(target)] === this.#failureStamp(stamp)) return true;
    if (!existsSync(target)) return false;
    // With the next one beside it, the stamp may be that one's.
    return known === undefined || (known === stamp && !existsSync(nextOf(target)));
  }

  async #make(target: string, { aff, dic, stamp }: SystemSource): Promise<boolean> {
    this.#makeFolder();
    const made = await this.#maker.make(aff, dic, nextOf(target));
    if (made === 'made') this.#put(target, stamp);
    else if (made === 'unusable') this.#keepStamp(failureOf(target), this.#failureStamp(stamp));
    return made === 'made';
  }

  /** The stamp goes first: a file without one would be taken for somebody's own, and never be replaced. */
  #put(target: string, stamp: string): void {
    this.#keepStamp(basename(target), stamp);
    renameSync(nextOf(target), target);
  }

  #makeFolder(): void {
    mkdirSync(this.#places.used, { recursive: true, mode: 0o700 });
  }

  #failureStamp(stamp: string): string {
    return `${this.#maker.version} ${stamp}`;
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
      const source = systemSource(dictionary, folder);
      if (source !== undefined) return source;
    }
    return undefined;
  }

  #keepStamp(name: string, stamp: string): void {
    this.#stamps[name] = stamp;
    const table = join(this.#places.used, stampsFile);
    writeFileSync(nextOf(table), JSON.stringify(this.#stamps));
    renameSync(nextOf(table), table);
  }
}

/** Where a file is written before it takes another one's place. */
const nextOf = (path: string) => `${path}.next`;
/** In the table of stamps: what no file could be made from. */
const failureOf = (target: string) => `${basename(target)}.failed`;

/** Hunspell's two files in a folder; none in one that cannot be read. */
function systemSource(dictionary: string, folder: string): SystemSource | undefined {
  try {
    const name = hunspellName(dictionary, folder);
    if (name === undefined) return undefined;
    const [aff, dic] = [join(folder, `${name}.aff`), join(folder, `${name}.dic`)];
    const stamp = [aff, dic].map((path) => `${path} ${statSync(path).size} ${statSync(path).mtimeMs}`);
    return { type: 'system', aff, dic, stamp: stamp.join(' ') };
  } catch {
    return undefined;
  }
}

/** Hunspell's name of a dictionary: `de_DE`, else `de`, else the first of another region. */
function hunspellName(dictionary: string, folder: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  const [base = ''] = dictionary.split('-');
  const complete = readdirSync(folder)
    .flatMap((file) => (file.endsWith('.dic') ? [file.slice(0, -'.dic'.length)] : []))
    // Links may lead nowhere.
    .filter((name) => ['aff', 'dic'].every((end) => existsSync(join(folder, `${name}.${end}`))));
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
