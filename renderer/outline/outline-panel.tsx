import type { EditorView } from '@codemirror/view';
import { useComputed } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { isNarrow, toggleBeside } from '../editor/narrow-layout.ts';
import { Icon } from '../icon.tsx';
import { strings } from '../strings.ts';
import { followOutline, type TextOutline } from './text-outline.ts';

/** Headings that are drawn at once; more follow in later frames, so that a long list never holds up the text. */
const drawnAtOnce = 150;

/** The headings of a text beside it, over it in a narrow window. Arrows move in the list, Enter goes to a heading. */
export default function OutlinePanel({ view }: { readonly view: EditorView }) {
  const [outline, setOutline] = useState<TextOutline | undefined>(undefined);
  useEffect(() => {
    const followed = followOutline(view);
    setOutline(followed);
    return () => followed.close();
  }, [view]);
  const panel = useRef<HTMLElement>(null);
  const narrow = isNarrow.value;
  useEffect(() => {
    if (narrow) panel.current?.focus();
  }, [narrow]);
  const close = () => {
    toggleBeside('outline');
    view.focus();
  };
  return (
    <nav
      class="outline"
      aria-label={strings.outline.label}
      tabIndex={-1}
      ref={panel}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        close();
      }}
    >
      <div class="outline-head">
        <h2>{strings.outline.label}</h2>
        <button
          type="button"
          class="quiet-icon"
          aria-label={strings.closeWhat(strings.outline.label)}
          title={strings.close}
          onClick={close}
        >
          <Icon name="close" />
        </button>
      </div>
      {outline !== undefined && <OutlineList outline={outline} />}
    </nav>
  );
}

/** A line that is drawn: the same one again is not drawn anew. */
interface DrawnLine {
  readonly text: string;
  readonly depth: number;
  readonly line: VNode;
}

function OutlineList({ outline }: { readonly outline: TextOutline }) {
  const headings = outline.headings.value;
  const list = useRef<HTMLUListElement>(null);
  const total = headings?.length ?? 0;
  const drawnLines = useMemo<DrawnLine[]>(() => [], [outline]);
  const [drawn, setDrawn] = useState(drawnAtOnce);
  useEffect(() => {
    if (drawn >= total) return;
    const frame = requestAnimationFrame(() => setDrawn(drawn + drawnAtOnce));
    return () => cancelAnimationFrame(frame);
  }, [drawn, total]);
  useEffect(
    () =>
      outline.current.subscribe((current) => {
        const shown = list.current;
        const line = shown?.children[current];
        if (shown === null || shown.contains(document.activeElement)) return;
        line?.scrollIntoView({ block: 'nearest' });
      }),
    [outline],
  );
  if (headings === undefined) return null;
  if (total === 0) return <p class="outline-empty">{strings.outline.empty}</p>;
  const topLevel = headings.reduce((least, { level }) => Math.min(least, level), 6);

  const move = (event: KeyboardEvent) => {
    const lines = [...(list.current?.querySelectorAll('button') ?? [])];
    const at = lines.findIndex((line) => line.matches(':focus'));
    const targets: Readonly<Record<string, number>> = {
      ArrowDown: Math.min(lines.length - 1, at + 1),
      ArrowUp: Math.max(0, at - 1),
      Home: 0,
      End: lines.length - 1,
    };
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    lines[target]?.focus();
  };
  return (
    <ul class="outline-list" ref={list} onKeyDown={move}>
      {headings.slice(0, drawn).map(({ text, level }, index) => {
        const depth = level - topLevel;
        const known = drawnLines[index];
        if (known?.text === text && known.depth === depth) return known.line;
        const line = <OutlineLine key={index} text={text} index={index} depth={depth} outline={outline} />;
        drawnLines[index] = { text, depth, line };
        return line;
      })}
    </ul>
  );
}

interface OutlineLineProps {
  readonly text: string;
  readonly index: number;
  readonly depth: number;
  readonly outline: TextOutline;
}

function OutlineLine({ text, index, depth, outline }: OutlineLineProps) {
  // Only the lines that begin or end being current are drawn anew.
  const isCurrent = useComputed(() => outline.current.value === index).value;
  const isStop = useComputed(() => Math.max(0, outline.current.value) === index).value;
  const words = text === '' ? strings.untitled : text;
  const goTo = () => {
    if (isNarrow.peek()) toggleBeside('outline');
    outline.goTo(index);
  };
  return (
    <li>
      <button
        type="button"
        class={`outline-line depth-${depth}`}
        aria-current={isCurrent ? 'location' : undefined}
        tabIndex={isStop ? 0 : -1}
        title={words}
        onClick={goTo}
      >
        {words}
      </button>
    </li>
  );
}
