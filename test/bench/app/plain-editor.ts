import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { markdown, markdownKeymap } from '@codemirror/lang-markdown';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import { dropCursor, EditorView, keymap } from '@codemirror/view';
import { markdownHighlighting } from '../../../renderer/editor/highlighting.ts';
import { longParagraphs } from '../../../renderer/editor/long-paragraphs.ts';
import '../../../renderer/editor/short-parse-slices.ts';

declare global {
  interface Window {
    /** Puts this text into the page's editor. */
    show(text: string): void;
  }
}

/** CodeMirror as the app has it, with its own history and without everything that is shared. */
let view: EditorView | undefined;
window.show = (text) => {
  view?.destroy();
  view = new EditorView({
    parent: document.body,
    state: EditorState.create({
      doc: text,
      extensions: [
        EditorState.lineSeparator.of('\n'),
        history(),
        keymap.of([...historyKeymap, ...searchKeymap, ...markdownKeymap, ...defaultKeymap]),
        markdown({ extensions: longParagraphs }),
        markdownHighlighting,
        highlightSelectionMatches({ minSelectionLength: 2 }),
        dropCursor(),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          spellcheck: 'true',
          autocorrect: 'on',
          autocapitalize: 'sentences',
        }),
      ],
    }),
  });
};
