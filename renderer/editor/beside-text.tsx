import type { EditorView } from '@codemirror/view';
import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { documentCommands, isMac, keysInWords } from '../bridge.ts';
import { strings } from '../strings.ts';
import type { EditorMenuItem } from './editor-menu.tsx';
import { isProse, showsOutline, showsPreview, toggleBeside } from './narrow-layout.ts';

type Part = FunctionComponent<{ readonly view: EditorView }>;

const parts = {
  outline: () => import('../outline/outline-panel.tsx'),
  preview: () => import('../preview/preview-pane.tsx'),
} as const;

interface BesideTextProps {
  readonly what: keyof typeof parts;
  readonly view: EditorView | undefined;
}

/** The outline or the preview, where it is wanted; its program is fetched when it is first opened. */
export function BesideText({ what, view }: BesideTextProps) {
  const [Loaded, setLoaded] = useState<Part | undefined>(undefined);
  const wanted = view !== undefined && (what === 'outline' ? showsOutline : showsPreview).value;
  useEffect(() => {
    if (!wanted || Loaded !== undefined) return;
    let isWaited = true;
    parts[what]().then(
      (part) => {
        if (isWaited) setLoaded(() => part.default);
      },
      // It is tried again when it is next asked for.
      () => undefined,
    );
    return () => {
      isWaited = false;
    };
  }, [wanted, what, Loaded]);
  if (!wanted || Loaded === undefined) return null;
  return <Loaded view={view} />;
}

/** The lines of the menu that show and hide what stands beside prose. */
export function besideItems(): readonly EditorMenuItem[] {
  if (!isProse.value) return [];
  return (['outline', 'preview'] as const).map((what) => ({
    label: strings[what].label,
    checked: (what === 'outline' ? showsOutline : showsPreview).value,
    keys: keysInWords(documentCommands[what], isMac),
    run: () => toggleBeside(what),
  }));
}
