import { Compartment, type Extension, StateEffect } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';

/** Adds an extension to a text on the screen until the returned function is called. */
export function attach(editor: EditorView, extension: Extension): () => void {
  const place = new Compartment();
  editor.dispatch({ effects: StateEffect.appendConfig.of(place.of(extension)) });
  return () => editor.dispatch({ effects: place.reconfigure([]) });
}
