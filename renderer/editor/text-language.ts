import { closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete';
import { indentWithTab } from '@codemirror/commands';
import { markdown } from '@codemirror/lang-markdown';
import { indentOnInput, type LanguageSupport } from '@codemirror/language';
import { Compartment, type Extension, Prec } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { GFM } from '@lezer/markdown';
import type { ReadonlySignal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { codeBlocks } from './code-blocks.ts';
import { fencedLanguage, titleLanguage } from './code-languages.ts';
import { longParagraphs } from './long-paragraphs.ts';
import { isProse } from './narrow-layout.ts';

/** Time after the last letter of a title before its ending counts. */
const quietMs = 300;

const language = new Compartment();
const prose: Extension = [
  markdown({ extensions: [GFM, longParagraphs], codeLanguages: fencedLanguage, addKeymap: false }),
  codeBlocks,
];

/** What the text is written in: Markdown, until the title names a language. */
export const textLanguage: Extension = language.of(prose);

/** Code has brackets closed and lines indented, and none of what serves prose. */
function code(support: LanguageSupport): Extension {
  const nothing = () => true;
  return [
    support,
    indentOnInput(),
    closeBrackets(),
    Prec.high(
      keymap.of([
        { key: 'Mod-b', run: nothing },
        { key: 'Mod-i', run: nothing },
        ...closeBracketsKeymap,
        indentWithTab,
      ]),
    ),
    Prec.highest(
      EditorView.contentAttributes.of({
        class: 'code',
        spellcheck: 'false',
        autocorrect: 'off',
        autocapitalize: 'off',
        writingsuggestions: 'false',
      }),
    ),
  ];
}

/** Switches the text to the language that its title names, and back; gives that language's name, or undefined for prose. */
export function useTextLanguage(
  view: EditorView | undefined,
  title: ReadonlySignal<string>,
): string | undefined {
  const [name, setName] = useState<string | undefined>(undefined);
  const inCode = useRef<EditorView | undefined>(undefined);
  const written = title.value;
  useEffect(() => {
    isProse.value = name === undefined;
    return () => {
      isProse.value = true;
    };
  }, [name]);
  useEffect(() => {
    if (view === undefined) return;
    let isNewest = true;
    const apply = async () => {
      const found = await titleLanguage(written);
      const support = await found?.load();
      if (!isNewest) return;
      setName(found?.name);
      // A view begins as prose, and most stay so.
      if (support === undefined && inCode.current !== view) return;
      inCode.current = support === undefined ? undefined : view;
      view.dispatch({ effects: language.reconfigure(support === undefined ? prose : code(support)) });
    };
    // A language that cannot be fetched now is tried again with the next change of the title; the text stays as it is.
    const timer = window.setTimeout(() => void apply().catch(() => undefined), quietMs);
    return () => {
      isNewest = false;
      window.clearTimeout(timer);
    };
  }, [view, written]);
  return view === undefined ? undefined : name;
}
