import { defaultKeymap } from '@codemirror/commands';
import { markdownKeymap } from '@codemirror/lang-markdown';
import { highlightSelectionMatches, openSearchPanel, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import { dropCursor, EditorView, keymap, placeholder } from '@codemirror/view';
import { yCollab, yUndoManagerKeymap } from 'y-codemirror.next';
import * as Y from 'yjs';
import type { Provider } from '../../sync/provider.ts';
import { strings } from '../strings.ts';
import { findPanel } from './find-panel.tsx';
import { followPeople } from './following.ts';
import { codeHighlighting, markdownHighlighting } from './highlighting.ts';
import { insertionLimit, refusedInsertion } from './insertion-limit.ts';
import { toggleMark } from './markdown-marks.ts';
import { quickDeltas } from './quick-delta.ts';
import { remoteCursors } from './remote-cursors.ts';
import { shownPlace } from './shown-place.ts';
import { textFollowers } from './text-followers.ts';
import { textLanguage } from './text-language.ts';
import { textLinks } from './text-links.ts';
import { textUndo } from './text-undo.ts';
import type { WordCounter } from './word-count.ts';

/** The text of an open document on the screen. One per document; `destroy` it before the provider is closed. */
export interface TextView {
  readonly editor: EditorView;
  /** Whether the person may change the text now. */
  setEditable(editable: boolean): void;
  undo(): void;
  redo(): void;
  /** What `change` does to the text is taken back by one undo, and nothing else with it. */
  asOneStep(change: () => void): void;
  find(): void;
  focus(): void;
  destroy(): void;
}

/**
 * Shows a document's text in `parent`. Undo takes back one's own edits only, never those of others. `onRefused` is told
 * whether the last thing inserted was too large to go in.
 */
export function mountText(
  parent: HTMLElement,
  provider: Provider,
  counter: WordCounter,
  onRefused: (refused: boolean) => void,
): TextView {
  const { text, awareness } = provider;
  const endQuickDeltas = quickDeltas(text);
  const undoManager = new Y.UndoManager(text, { trackedOrigins: new Set() });
  const access = new Compartment();
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text.toString(),
      extensions: [
        EditorView.cspNonce.of(cspNonce()),
        // Only `\n` ends a line: Yjs counts a `\r\n` from another program as two characters, and so must the view.
        EditorState.lineSeparator.of('\n'),
        EditorView.clipboardInputFilter.of((pasted) => pasted.replace(/\r\n?/g, '\n')),
        access.of(accessExtension(false)),
        yCollab(text, null, { undoManager }),
        insertionLimit,
        remoteCursors(text, awareness),
        shownPlace(text, awareness),
        keymap.of([
          { key: 'Mod-b', run: toggleMark('**') },
          { key: 'Mod-i', run: toggleMark('*') },
          ...yUndoManagerKeymap,
          ...searchKeymap,
          ...markdownKeymap,
          ...defaultKeymap,
        ]),
        textLanguage,
        markdownHighlighting,
        codeHighlighting,
        textLinks,
        textFollowers,
        textUndo.of(undoManager),
        findPanel,
        highlightSelectionMatches({ minSelectionLength: 2 }),
        dropCursor(),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          'aria-label': strings.editor.text,
          tabindex: '0',
          spellcheck: 'true',
          autocorrect: 'on',
          autocapitalize: 'sentences',
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) counter.changed(update.state.doc);
          const refused = update.state.field(refusedInsertion);
          if (refused !== update.startState.field(refusedInsertion)) onRefused(refused);
        }),
      ],
    }),
  });
  counter.changed(view.state.doc);
  const endFollowing = followPeople(view, text, awareness);

  return {
    editor: view,
    setEditable: (editable) => {
      if (view.state.readOnly === editable)
        view.dispatch({ effects: access.reconfigure(accessExtension(editable)) });
    },
    undo: () => void undoManager.undo(),
    redo: () => void undoManager.redo(),
    asOneStep: (change) => {
      undoManager.stopCapturing();
      change();
      undoManager.stopCapturing();
    },
    find: () => void openSearchPanel(view),
    focus: () => view.focus(),
    destroy: () => {
      counter.stop();
      endFollowing();
      view.destroy();
      endQuickDeltas();
      undoManager.destroy();
    },
  };
}

function accessExtension(editable: boolean): Extension {
  if (editable) return [EditorState.readOnly.of(false), placeholder(strings.editor.placeholder)];
  return [
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.contentAttributes.of({ 'aria-readonly': 'true' }),
  ];
}

/** What the page's policy wants of styles that scripts add. */
export function cspNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
}
