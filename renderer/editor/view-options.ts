import { Compartment, EditorState, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, lineNumbers } from '@codemirror/view';
import { effect } from '@preact/signals';
import { isMac } from '../bridge.ts';
import type { ViewSettings } from '../settings-store.ts';
import { viewSettings } from './editor-layout.ts';

const drawn = new Compartment();

/**
 * Several cursors at once; Alt or Ctrl with a click (Alt or Cmd on macOS) adds one. One alone is the browser's own: drawn
 * by CodeMirror it makes every key a third dearer.
 */
export const severalCursors: Extension = [
  EditorState.allowMultipleSelections.of(true),
  EditorView.clickAddsSelectionRange.of((event) => event.altKey || (isMac ? event.metaKey : event.ctrlKey)),
  drawn.of([]),
  EditorState.transactionExtender.of(({ startState, newSelection }) => {
    const areSeveral = newSelection.ranges.length > 1;
    if (areSeveral === startState.selection.ranges.length > 1) return null;
    return { effects: drawn.reconfigure(areSeveral ? drawSelection({ cursorBlinkRate: 1100 }) : []) };
  }),
];

/** What a person has chosen about how text is shown, put into a view by `followViewOptions`. */
export class ViewOptions {
  readonly #lineNumbers = new Compartment();
  readonly #wrapping = new Compartment();
  readonly #spelling = new Compartment();
  #shown = viewSettings();

  /** For the state of the view. */
  readonly extension: Extension = [
    this.#lineNumbers.of(numbering(this.#shown)),
    this.#wrapping.of(wrapping(this.#shown)),
    this.#spelling.of(spelling(this.#shown)),
  ];

  /** Follows the settings, here and in every other window, until the returned function is called. */
  follow(view: EditorView): () => void {
    return effect(() => this.#show(view, viewSettings()));
  }

  #show(view: EditorView, next: ViewSettings): void {
    const last = this.#shown;
    this.#shown = next;
    view.dom.style.setProperty('--text-size', `${next.fontSizePx}px`);
    const effects = [
      ...(last.lineNumbers === next.lineNumbers ? [] : [this.#lineNumbers.reconfigure(numbering(next))]),
      ...(last.wrapLines === next.wrapLines ? [] : [this.#wrapping.reconfigure(wrapping(next))]),
      ...(last.spellcheck === next.spellcheck ? [] : [this.#spelling.reconfigure(spelling(next))]),
    ];
    if (effects.length > 0) view.dispatch({ effects });
    if (last.fontSizePx !== next.fontSizePx) view.requestMeasure();
  }
}

function numbering({ lineNumbers: shown }: ViewSettings): Extension {
  return shown ? [lineNumbers(), EditorView.editorAttributes.of({ class: 'numbered' })] : [];
}

function wrapping({ wrapLines }: ViewSettings): Extension {
  return wrapLines ? EditorView.lineWrapping : EditorView.editorAttributes.of({ class: 'unwrapped' });
}

function spelling({ spellcheck }: ViewSettings): Extension {
  return EditorView.contentAttributes.of({
    spellcheck: String(spellcheck),
    autocorrect: spellcheck ? 'on' : 'off',
  });
}
