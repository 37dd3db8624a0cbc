import type { EditorView } from '@codemirror/view';
import { useEffect, useState } from 'preact/hooks';
import { strings } from '../strings.ts';
import { followText } from './text-followers.ts';

interface CaretPlaceProps {
  readonly view: EditorView;
  readonly language: string;
}

/** The language of code, and the cursor's line and column in it. */
export function CaretPlace({ view, language }: CaretPlaceProps) {
  const [place, setPlace] = useState(() => caretPlace(view));
  useEffect(() => {
    setPlace(caretPlace(view));
    return followText(view, (update) => {
      if (update.docChanged || update.selectionSet) setPlace(caretPlace(view));
    });
  }, [view]);
  return (
    <span>
      <span>{language}</span> <span class="caret-place">{place}</span>
    </span>
  );
}

function caretPlace({ state }: EditorView): string {
  const { head } = state.selection.main;
  const line = state.doc.lineAt(head);
  return strings.editor.place(line.number, head - line.from + 1);
}
