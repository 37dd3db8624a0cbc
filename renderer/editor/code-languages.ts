import {
  type LanguageDescription as Description,
  LanguageDescription,
  LanguageSupport,
  StreamLanguage,
} from '@codemirror/language';

/** Names kept; while someone types a name, each of its beginnings is one. */
const mostNames = 100;

const plain = new LanguageSupport(
  StreamLanguage.define({
    name: 'plain',
    token: (stream) => {
      stream.skipToEnd();
      return null;
    },
  }),
);
const asked = new Map<string, Description>();

/** The language of a fenced piece of code by the word behind its fence. The list of languages and each of them are fetched when first needed. */
export function fencedLanguage(info: string): Description | null {
  const name = /^[^\s{]+/.exec(info.trim())?.[0].toLowerCase();
  if (name === undefined) return null;
  const known = asked.get(name);
  if (known !== undefined) return known;
  if (asked.size >= mostNames) asked.clear();
  const description = LanguageDescription.of({
    name,
    load: async () => {
      const { languages } = await import('@codemirror/language-data');
      return LanguageDescription.matchLanguageName(languages, name, true)?.load() ?? plain;
    },
  });
  asked.set(name, description);
  return description;
}

/**
 * A file name's ending, or a whole name such as `Dockerfile`; most titles have neither, and need no list of languages.
 * An ending of one letter is one only behind a single word: "Section 4.c" is prose, and `main.c` is not.
 */
const mayBeCode = /\.[a-z][\w+-]{1,11}$|^[a-z_][\w.-]*$|^[\p{L}_]\S*\.[a-z]$/iu;
/** Languages that are written as prose. */
const prose: ReadonlySet<string> = new Set(['Markdown']);

/** The language that a title names, as `server.ts` does; undefined for prose. */
export async function titleLanguage(title: string): Promise<Description | undefined> {
  if (!mayBeCode.test(title)) return undefined;
  const { languages } = await import('@codemirror/language-data');
  const found = LanguageDescription.matchFilename(languages, title);
  return found === null || prose.has(found.name) ? undefined : found;
}
