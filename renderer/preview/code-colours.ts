import type { LanguageDescription } from '@codemirror/language';
import { highlightCode } from '@lezer/highlight';
import { codeHighlighter } from '../code-highlighter.ts';

/** Longest code, in UTF-16 units, that is coloured. */
const maxLength = 64 * 1024;

/** Colours code in languages that are fetched when the first code in them is seen. */
export class CodeColours {
  readonly #languages = new Map<string, LanguageDescription | 'awaited' | 'unknown'>();

  /** `onKnown` is called when code that had no colours has them now. */
  constructor(
    private readonly mark: string,
    private readonly onKnown: () => void,
  ) {}

  /** The code's lines as HTML; undefined where it has no colours, or not yet. */
  readonly colour = (code: string, name: string): readonly string[] | undefined => {
    if (name === '' || code.length > maxLength) return undefined;
    const language = this.#languages.get(name);
    if (language === undefined) {
      this.#languages.set(name, 'awaited');
      void this.#find(name);
      return undefined;
    }
    if (language === 'awaited' || language === 'unknown') return undefined;
    const parser = language.support?.language.parser;
    if (parser === undefined) return undefined;
    const lines = [''];
    const put = (html: string) => {
      lines[lines.length - 1] += html;
    };
    highlightCode(
      code,
      parser.parse(code),
      codeHighlighter,
      (text, classes) => {
        const words = escapeHtml(text);
        put(classes === '' ? words : `<span data-${this.mark}-code="${classes}">${words}</span>`);
      },
      () => lines.push(''),
    );
    return lines;
  };

  async #find(name: string): Promise<void> {
    try {
      const [{ languages }, { LanguageDescription }] = await Promise.all([
        import('@codemirror/language-data'),
        import('@codemirror/language'),
      ]);
      const found = LanguageDescription.matchLanguageName(languages, name, true);
      await found?.load();
      this.#languages.set(name, found ?? 'unknown');
      if (found !== null) this.onKnown();
    } catch {
      // Without its language code is plain; it is tried again when the preview is next opened.
      this.#languages.set(name, 'unknown');
    }
  }
}

function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
