import { useEffect, useRef, useState } from 'preact/hooks';
import { strings } from '../strings.ts';

interface TitleFieldProps {
  readonly title: string;
  readonly editable: boolean;
  readonly onTitle: (title: string) => void;
  /** Enter was pressed: the text is next. */
  readonly onDone: () => void;
}

/** Longest title, in UTF-16 units. */
const maxTitleLength = 200;
/** Time without a key press after which a title counts as typed; each change of it stays in the document's history. */
const typedMs = 600;

/** The document's title, which whoever may edit can change in place. Escape brings the old one back. */
export function TitleField({ title, editable, onTitle, onDone }: TitleFieldProps) {
  const [draft, setDraft] = useState<string | undefined>(undefined);
  const keep = useRef(() => {});
  keep.current = () => {
    if (draft !== undefined) onTitle(draft.trim());
  };
  useEffect(() => {
    const timer = window.setTimeout(() => keep.current(), draft === undefined ? 0 : typedMs);
    return () => window.clearTimeout(timer);
  }, [draft]);

  const shown = draft ?? title;
  const name = shown || strings.untitled;
  if (!editable) {
    return (
      <h1 class="title" title={name}>
        {name}
      </h1>
    );
  }
  return (
    <h1 class="title">
      <span class="title-measure" aria-hidden="true">
        {name}
      </span>
      <input
        class="title-input"
        value={shown}
        placeholder={strings.untitled}
        aria-label={strings.editor.title}
        title={name}
        maxLength={maxTitleLength}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onBlur={(event) => {
          keep.current();
          setDraft(undefined);
          event.currentTarget.scrollLeft = 0;
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            keep.current = () => {};
            setDraft(undefined);
          } else if (event.key === 'Enter' && !event.isComposing) {
            // Or the text, focused meanwhile, would take this Enter as its own.
            event.preventDefault();
            onDone();
          }
        }}
      />
    </h1>
  );
}
