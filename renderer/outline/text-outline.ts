import { EditorView } from '@codemirror/view';
import { batch, type ReadonlySignal, signal } from '@preact/signals';
import { followText } from '../editor/text-followers.ts';
import { type Heading, scanHeadings } from './heading-scan.ts';
import { workInSlices } from './sliced-work.ts';

/** Time without a change after which headings are looked for again. */
const quietMs = 200;

/** The headings of a text as it changes, and the one that the reader is at. */
export interface TextOutline {
  /** As they read; undefined until they have been looked for once. Their places may be older. */
  readonly headings: ReadonlySignal<readonly Heading[] | undefined>;
  /** Number of the heading at or before the cursor, if that is in sight, or else the top of what is; -1 above the first. */
  readonly current: ReadonlySignal<number>;
  /** Puts the cursor at a heading, and the heading at the top. */
  goTo(index: number): void;
  close(): void;
}

/** Follows a text until it is closed. */
export function followOutline(view: EditorView): TextOutline {
  const headings = signal<readonly Heading[] | undefined>(undefined);
  const current = signal(-1);
  let newest: readonly Heading[] = [];
  const locate = () => {
    current.value = lastBefore(newest, placeOfReader(view));
  };
  let callOff = () => {};
  const look = (afterMs: number) => {
    callOff();
    callOff = workInSlices(
      () => scanHeadings(view.state.doc),
      afterMs,
      (found) =>
        batch(() => {
          newest = found;
          // While only their places move, nothing is drawn anew.
          if (!readAlike(headings.peek(), found)) headings.value = found;
          locate();
        }),
    );
  };
  const stopFollowing = followText(view, (update) => {
    if (update.docChanged) look(quietMs);
    else if (update.selectionSet) locate();
  });
  let frame = 0;
  const scrolled = () => {
    if (frame !== 0) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      locate();
    });
  };
  view.scrollDOM.addEventListener('scroll', scrolled);
  look(0);
  return {
    headings,
    current,
    goTo: (index) => {
      const from = placeOf(view, newest, index);
      if (from === undefined) return;
      view.dispatch({
        selection: { anchor: from },
        effects: EditorView.scrollIntoView(from, { y: 'start', yMargin: 24 }),
      });
      view.focus();
    },
    close: () => {
      callOff();
      cancelAnimationFrame(frame);
      stopFollowing();
      view.scrollDOM.removeEventListener('scroll', scrolled);
    },
  };
}

function readAlike(shown: readonly Heading[] | undefined, found: readonly Heading[]): boolean {
  return (
    shown?.length === found.length &&
    found.every(({ level, text }, at) => shown[at]?.level === level && shown[at]?.text === text)
  );
}

/** Where a heading that was found earlier is now: the same one of those with its words. */
function placeOf(view: EditorView, then: readonly Heading[], index: number): number | undefined {
  const wanted = then[index];
  if (wanted === undefined) return undefined;
  const isAlike = ({ level, text }: Heading) => level === wanted.level && text === wanted.text;
  const before = then.slice(0, index).filter(isAlike).length;
  const scan = scanHeadings(view.state.doc);
  let step = scan.next();
  while (step.done !== true) step = scan.next();
  const now = step.value.filter(isAlike);
  return (now[before] ?? now.at(-1) ?? step.value[index])?.from;
}

function placeOfReader(view: EditorView): number {
  const { head } = view.state.selection.main;
  const { scrollTop, clientHeight } = view.scrollDOM;
  const top = scrollTop - view.documentPadding.top;
  const cursor = view.lineBlockAt(head);
  if (cursor.bottom > top && cursor.top < top + clientHeight) return head;
  return view.lineBlockAtHeight(Math.max(0, top + 32)).from;
}

function lastBefore(headings: readonly Heading[], place: number): number {
  let low = 0;
  let high = headings.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((headings[middle]?.from ?? 0) <= place) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
