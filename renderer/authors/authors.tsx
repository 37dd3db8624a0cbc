import type { ReadonlySignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { documentCommands, isMac, keysInWords } from '../bridge.ts';
import { changeView, viewSettings } from '../editor/editor-layout.ts';
import type { EditorMenuItem } from '../editor/editor-menu.tsx';
import type { TextView } from '../editor/text-view.ts';
import { lazy } from '../lazy.tsx';
import { strings } from '../strings.ts';
import type { AuthorList } from './author-list.ts';
import { AuthorPlace } from './author-place.tsx';

const AuthorsView = lazy(async () => (await import('./authors-view.tsx')).AuthorsView);

/** The line of the ⋯ menu. */
export function authorsMenuItem(): EditorMenuItem {
  return {
    label: strings.authors.show,
    checked: viewSettings().authors,
    keys: keysInWords(documentCommands.authors, isMac),
    run: () => changeView({ authors: !viewSettings().authors }),
  };
}

interface AuthorsProps {
  readonly list: AuthorList;
  readonly view: ReadonlySignal<TextView | undefined>;
}

/** While the setting is on: the text is tinted by who wrote it, and a legend says what the colours mean. */
export function Authors({ list, view }: AuthorsProps) {
  useEffect(() => AuthorsView.preload(), []);
  const shown = view.value;
  return viewSettings().authors && shown !== undefined ? <AuthorsView list={list} view={shown} /> : null;
}

/** While the setting is on: who wrote what is at the cursor, for the line under the text. */
export function AuthorAtCursor({ list, view }: AuthorsProps) {
  const shown = view.value;
  return viewSettings().authors && shown !== undefined ? <AuthorPlace list={list} view={shown} /> : null;
}
