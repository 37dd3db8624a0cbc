import { defaultKeymap, temporarilySetTabFocusMode } from '@codemirror/commands';
import { bracketMatching } from '@codemirror/language';
import { closeSearchPanel, highlightSelectionMatches } from '@codemirror/search';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import { dropCursor, EditorView, keymap, placeholder, runScopeHandlers } from '@codemirror/view';
import * as Y from 'yjs';
import type { Provider } from '../../sync/provider.ts';
import type { DocumentCommandName } from '../bridge.ts';
import { strings } from '../strings.ts';
import { findPanel } from './find-panel.tsx';
import { folding } from './folding.ts';
import { followPeople } from './following.ts';
import { codeHighlighting, markdownHighlighting } from './highlighting.ts';
import { insertionLimit, refusedInsertion } from './insertion-limit.ts';
import { listKeys } from './list-keys.ts';
import { quickDeltas } from './quick-delta.ts';
import { remoteCursors } from './remote-cursors.ts';
import { selectedText } from './selected-text.ts';
import { selectionTyping } from './selection-typing.ts';
import { shownPlace } from './shown-place.ts';
import { commandKeys, textCommands, windowScope } from './text-commands.ts';
import { textDirection } from './text-direction.ts';
import { textFollowers } from './text-followers.ts';
import { textLanguage } from './text-language.ts';
import { textLinks } from './text-links.ts';
import type { TextPieces } from './text-pieces.ts';
import { textSync } from './text-sync.ts';
import { textUndo } from './text-undo.ts';
import { severalCursors, ViewOptions } from './view-options.ts';
import { deleteEmojiBackward, wholeCharacters } from './whole-characters.ts';
import type { WordCounter } from './word-count.ts';

/** The text of an open document on the screen. One per document; `destroy` it before the provider is closed. */
export interface TextView {
  readonly editor: EditorView;
  /** What Yjs keeps of the text. */
  readonly pieces: TextPieces;
  /** Whether the person may change the text now. */
  setEditable(editable: boolean): void;
  /** Does what a menu item or a key says. */
  run(command: DocumentCommandName): void;
  /** Does what a key pressed outside the text says, if it means something everywhere in the window. */
  pressed(event: KeyboardEvent): boolean;
  focus(): void;
  destroy(): void;
}

/** Who counts the words: of the whole text, and of what is selected. */
export interface Counters {
  readonly whole: WordCounter;
  readonly selection: WordCounter;
}

/**
 * Shows a document's text in `parent`. Undo takes back one's own edits only, never those of others. `onRefused` is told
 * whether the last thing inserted was too large to go in.
 */
export function mountText(
  parent: HTMLElement,
  provider: Provider,
  counters: Counters,
  onRefused: (refused: boolean) => void,
): TextView {
  const { text, awareness } = provider;
  const { pieces, end: endQuickDeltas } = quickDeltas(text);
  const undoManager = new Y.UndoManager(text, { trackedOrigins: new Set() });
  const access = new Compartment();
  const options = new ViewOptions();
  const commands = textCommands(undoManager);
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
        textSync(text, undoManager),
        wholeCharacters,
        insertionLimit,
        textDirection,
        remoteCursors(text, awareness),
        shownPlace(text, awareness),
        commandKeys(commands),
        listKeys,
        keymap.of([
          { key: 'Escape', run: closeSearchPanel, scope: 'editor search-panel' },
          { key: 'Backspace', run: deleteEmojiBackward },
          ...defaultKeymap,
          // Leaves the text with the Tab that follows, also in a list.
          { key: 'Escape', run: temporarilySetTabFocusMode },
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
        severalCursors,
        options.extension,
        folding,
        bracketMatching({ maxScanDistance: 2000 }),
        selectionTyping,
        EditorView.contentAttributes.of({
          'aria-label': strings.editor.text,
          tabindex: '0',
          autocapitalize: 'sentences',
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) counters.whole.changed(update.state.doc);
          if (update.docChanged || update.selectionSet) countSelection(counters, update.state);
          const refused = update.state.field(refusedInsertion);
          if (refused !== update.startState.field(refusedInsertion)) onRefused(refused);
        }),
      ],
    }),
  });
  counters.whole.changed(view.state.doc);
  const endOptions = options.follow(view);
  const endFollowing = followPeople(view, text, awareness);

  return {
    editor: view,
    pieces,
    setEditable: (editable) => {
      if (view.state.readOnly === editable)
        view.dispatch({ effects: access.reconfigure(accessExtension(editable)) });
    },
    run: (command) => void commands[command](view),
    pressed: (event) => runScopeHandlers(view, event, windowScope),
    focus: () => view.focus(),
    destroy: () => {
      counters.whole.stop();
      counters.selection.stop();
      endOptions();
      endFollowing();
      view.destroy();
      endQuickDeltas();
      undoManager.destroy();
    },
  };
}

function countSelection({ selection }: Counters, state: EditorState): void {
  const text = selectedText(state);
  if (text === undefined) selection.stop();
  else selection.changed(text);
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
