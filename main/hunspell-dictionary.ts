import { bdicOf, type DictionaryParts } from './bdic.ts';

/** Rules whose text is language, not flags, and is therefore turned into UTF-8. */
const languageRules = /^(TRY|MAP|KEY|WORDCHARS|BREAK|ICONV|OCONV|PHONE)[ \t]/;
/** Rules that words would have to be stored differently for. */
const foreignRules = /^(IGNORE|COMPLEXPREFIXES)\b/;
/** Names of encodings that `TextDecoder` knows by another name. */
const encodings: Readonly<Record<string, string>> = { 'microsoft-cp1251': 'windows-1251' };

const gap = /[ \t]+/;

/** Thrown for a dictionary with rules or an encoding that Chromium's form has no place for. */
export class UnknownDictionary extends Error {}

/** Makes Chromium's form of a dictionary from the two files in which Hunspell, LibreOffice and Firefox have it. */
export function convertDictionary(aff: Uint8Array, dic: Uint8Array): Buffer {
  const affixes = new AffixFile(linesOf(aff));
  const words = wordsOf(linesOf(dic), affixes);
  return bdicOf({ ...affixes.parts(), words });
}

/**
 * Lines with one character a byte, because flags and text of one line may differ in encoding. Only spaces and tabs part
 * their words: to `\s` the second byte of `à` and of `Р` is a space, too.
 */
function linesOf(file: Uint8Array): readonly string[] {
  const text = Buffer.from(file)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '');
  return text.split(/\r?\n/);
}

/** The `.aff` file: what endings and flags mean. */
class AffixFile {
  readonly #toUtf8: (bytes: string) => string;
  readonly #groups = new Map<string, number>();
  readonly #affixes: string[] = [];
  readonly #replacements: [string, string][] = [];
  readonly #others: string[] = [];
  /** The file numbers its sets of flags itself. */
  readonly #isNumbered: boolean;
  /** Lines that still belong to the affix whose heading was read last. */
  #affixLines = 0;

  constructor(lines: readonly string[]) {
    const rules = lines
      .map((line) => trimmed(line.replace(/(^|[ \t])#.*$/, '')))
      .filter((line) => line !== '');
    this.#toUtf8 = decoder(rules.find((line) => line.startsWith('SET '))?.slice(4) ?? 'ISO8859-1');
    this.#isNumbered = rules.some((line) => line.startsWith('AF '));
    const tables = new Set<string>();
    for (const rule of rules) {
      const [name = ''] = rule.split(gap, 1);
      if (foreignRules.test(rule)) throw new UnknownDictionary(`the rule ${name}`);
      // The first line of a table is its length.
      const isHeading = (name === 'AF' || name === 'REP') && !tables.has(name);
      tables.add(name);
      if (!isHeading) this.#add(name, rule);
    }
  }

  text(bytes: string): string {
    return this.#toUtf8(bytes);
  }

  /** The number under which a set of flags is known. */
  group(flags: string): number {
    if (this.#isNumbered) return Number.parseInt(flags, 10) || 0;
    const known = this.#groups.get(flags) ?? this.#groups.size + 1;
    this.#groups.set(flags, known);
    return known;
  }

  parts(): Omit<DictionaryParts, 'words'> {
    return {
      flagGroups: [...this.#groups.keys()],
      affixes: this.#affixes,
      replacements: this.#replacements,
      otherRules: this.#others,
    };
  }

  #add(name: string, rule: string): void {
    const [, flag = '', first = '', second = '', third = '.'] = rule.split(gap);
    switch (name) {
      case 'SET':
      // What a word is, grammatically, does not matter to spelling.
      case 'AM':
        return;
      case 'AF':
        // Equal sets stay apart here, because words name them by their places.
        this.#groups.set(this.#groups.has(flag) ? `${flag} ` : flag, this.#groups.size + 1);
        return;
      case 'REP':
        this.#replacements.push([this.#replaced(flag), this.#replaced(first)]);
        return;
      case 'SFX':
      case 'PFX':
        this.#addAffix(name, [flag, first, second, third]);
        return;
      default:
        this.#others.push(languageRules.test(rule) ? this.text(rule) : rule);
    }
  }

  #addAffix(name: string, [flag, first, second, third]: [string, string, string, string]): void {
    if (this.#affixLines === 0) {
      this.#affixLines = Number.parseInt(second, 10) || 0;
      this.#affixes.push(`${name} ${flag} ${first} ${second}`);
      return;
    }
    this.#affixLines -= 1;
    const slash = second.indexOf('/');
    const ending = slash < 0 ? second : second.slice(0, slash);
    const flags = slash < 0 ? '' : `/${this.group(second.slice(slash + 1))}`;
    this.#affixes.push(
      `${name} ${flag} ${this.text(first)} ${this.text(ending)}${flags} ${this.text(third)}`,
    );
  }

  #replaced(bytes: string): string {
    return this.text(bytes).replaceAll('_', ' ');
  }
}

/** The words of the `.dic` file, whose first line is their count. */
function wordsOf(lines: readonly string[], affixes: AffixFile): ReadonlyMap<string, readonly number[]> {
  const words = new Map<string, number[]>();
  for (const line of lines.slice(1)) {
    if (line.startsWith('#')) continue;
    const entry = trimmed(line.replace(/\t.*$| +[a-z]{2}:.*$/, ''));
    const slash = entry.search(/(?<=[^\\])\//);
    const bytes = (slash < 0 ? entry : entry.slice(0, slash)).replaceAll('\\/', '/');
    if (bytes === '' || bytes.includes('\0')) continue;
    const flags = slash < 0 ? '' : (entry.slice(slash + 1).split(gap, 1)[0] ?? '');
    const group = flags === '' ? 0 : affixes.group(flags);
    const word = affixes.text(bytes);
    const groups = words.get(word);
    if (groups === undefined) words.set(word, [group]);
    else if (!groups.includes(group)) groups.push(group);
  }
  return words;
}

function trimmed(line: string): string {
  return line.replace(/^[ \t]+|[ \t]+$/g, '');
}

function decoder(encoding: string): (bytes: string) => string {
  const name = encodings[encoding.toLowerCase()] ?? encoding;
  if (/^utf-?8$/i.test(name)) return (bytes) => bytes;
  try {
    const decode = new TextDecoder(name);
    return (bytes) => Buffer.from(decode.decode(Buffer.from(bytes, 'latin1')), 'utf8').toString('latin1');
  } catch {
    throw new UnknownDictionary(`the encoding ${encoding}`);
  }
}
