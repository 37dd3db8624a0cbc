import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { strings } from '../strings.ts';

interface TitleFieldProps {
  /** As shared. */
  readonly title: string;
  readonly editable: boolean;
  /** Told with every letter, so that no end of the window loses any. */
  readonly onTitle: (title: string) => void;
  /** Enter was pressed: the text is next. */
  readonly onDone: () => void;
}

/** Longest title, in UTF-16 units. */
const maxTitleLength = 200;

/**
 * The document's title, which whoever may edit can change in place: shared letter by letter like the text. A title that
 * someone else gives meanwhile shows at once. Escape brings the one before the typing back.
 */
export function TitleField({ title, editable, onTitle, onDone }: TitleFieldProps) {
  /** What was typed since the field was entered: the title with the spaces that are not shared. */
  const [draft, setDraft] = useState<string | undefined>(undefined);
  const titleBefore = useRef('');
  const isComposing = useRef(false);
  const field = useRef<HTMLInputElement>(null);
  const shown = draft?.trim() === title ? draft : title;

  useLayoutEffect(() => {
    const input = field.current;
    if (input === null || input.value === shown || isComposing.current) return;
    const { value, selectionStart, selectionEnd } = input;
    input.value = shown;
    if (input !== document.activeElement || selectionStart === null || selectionEnd === null) return;
    input.setSelectionRange(
      positionAfter(value, shown, selectionStart),
      positionAfter(value, shown, selectionEnd),
    );
  });

  const name = shown || strings.untitled;
  if (!editable) {
    return (
      <h1 class="title" title={name}>
        {name}
      </h1>
    );
  }
  const bringBack = () => {
    if (draft === undefined) return;
    onTitle(titleBefore.current);
    setDraft(undefined);
  };
  return (
    <h1 class="title">
      <span class="title-measure" aria-hidden="true">
        {name}
      </span>
      <input
        ref={field}
        class="title-input"
        placeholder={strings.untitled}
        aria-label={strings.editor.title}
        title={name}
        maxLength={maxTitleLength}
        onInput={(event) => {
          const typed = event.currentTarget.value;
          isComposing.current = event.isComposing;
          if (draft === undefined) titleBefore.current = title;
          setDraft(typed);
          onTitle(typed.trim());
        }}
        onCompositionEnd={() => {
          isComposing.current = false;
        }}
        onBlur={(event) => {
          isComposing.current = false;
          setDraft(undefined);
          event.currentTarget.scrollLeft = 0;
        }}
        onKeyDown={(event) => {
          if (event.isComposing) return;
          if (event.key === 'Escape') bringBack();
          else if (event.key === 'Enter') {
            // Or the text, focused meanwhile, would take this Enter as its own.
            event.preventDefault();
            onDone();
          }
        }}
      />
    </h1>
  );
}

/** Where a position in `before` is in `after`, which differs from it in one place: at the same letters, on either side of it. */
function positionAfter(before: string, after: string, position: number): number {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  if (position <= start) return position;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return position >= before.length - end ? position + after.length - before.length : start;
}
