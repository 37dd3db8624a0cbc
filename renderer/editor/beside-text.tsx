import type { EditorView } from '@codemirror/view';
import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { isMac } from '../bridge.ts';
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

const besideKeys: Readonly<Record<string, keyof typeof parts>> = { o: 'outline', e: 'preview' };

/** The lines of the menu that show and hide what stands beside prose. */
export function besideItems(): readonly EditorMenuItem[] {
  if (!isProse.value) return [];
  const keys = (letter: string) => (isMac ? `⇧⌘${letter}` : `Ctrl+Shift+${letter}`);
  return [
    {
      label: strings.outline.label,
      checked: showsOutline.value,
      keys: keys('O'),
      run: () => toggleBeside('outline'),
    },
    {
      label: strings.preview.label,
      checked: showsPreview.value,
      keys: keys('E'),
      run: () => toggleBeside('preview'),
    },
  ];
}

/** Listens for the shortcuts of outline and preview anywhere in the window. */
export function useBesideKeys(): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const what = besideKeys[event.key.toLowerCase()];
      const isShortcut = (event.ctrlKey || event.metaKey) && event.shiftKey && !event.altKey;
      if (!isShortcut || what === undefined || event.defaultPrevented) return;
      event.preventDefault();
      toggleBeside(what);
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, []);
}
