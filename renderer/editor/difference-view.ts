import { Chunk, MergeView, unifiedMergeView } from '@codemirror/merge';
import { EditorState, type Extension, Text } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { strings } from '../strings.ts';
import { textDifference } from './text-difference.ts';
import { cspNonce } from './text-view.ts';

/** Two texts as they differ, on the screen and read only. */
export interface DifferenceView {
  /** Changed places. */
  readonly count: number;
  /** Whether the texts are in two columns, the older one at the left. */
  readonly columns: boolean;
  /** Whether each is as small as it can be. */
  readonly exact: boolean;
  /** Scrolls to a changed place, from 0 on. */
  show(index: number): void;
  /** What is selected of the older text; empty where nothing is. */
  selectedOld(): string;
  destroy(): void;
}

/** A removed part longer than this is drawn only in a column of its own, where just what is in sight is drawn. */
const longestInline = 50_000;

/** Draws the difference in `parent`: in two columns, or as one text with what was removed in its place. */
export function showDifference(
  parent: HTMLElement,
  older: string,
  now: string,
  wantsColumns: boolean,
): DifferenceView {
  const difference = textDifference(older, now);
  const [a, b] = [Text.of(older.split('\n')), Text.of(now.split('\n'))];
  // The library asks for the difference of exactly these two texts, as nothing here can be edited.
  const diffConfig = { override: () => difference.changes.slice() };
  const chunks = Chunk.build(a, b, diffConfig);
  const mayBeInline = chunks.every((chunk) => chunk.toA - chunk.fromA <= longestInline);
  const shared = { highlightChanges: true, gutter: true, diffConfig };
  const columns = wantsColumns || !mayBeInline;
  const drawn = columns
    ? drawColumns(parent, a, b, shared)
    : drawInline(parent, a, b, { ...shared, mergeControls: false, allowInlineDiffs: true });
  return {
    count: difference.changes.length,
    columns,
    exact: difference.exact,
    show: (index) => {
      const change = difference.changes[index];
      if (change === undefined) return;
      drawn.now.dispatch({ effects: EditorView.scrollIntoView(change.fromB, { y: 'center' }) });
    },
    selectedOld: () => selectedIn(parent),
    destroy: drawn.destroy,
  };
}

interface Drawn {
  /** The editor of the newer text. */
  readonly now: EditorView;
  destroy(): void;
}

function drawColumns(parent: HTMLElement, a: Text, b: Text, config: object): Drawn {
  const merge = new MergeView({
    parent,
    a: { doc: a, extensions: readOnly(strings.history.olderText) },
    b: { doc: b, extensions: readOnly(strings.history.nowText) },
    ...config,
  });
  return { now: merge.b, destroy: () => merge.destroy() };
}

function drawInline(
  parent: HTMLElement,
  a: Text,
  b: Text,
  config: Omit<Parameters<typeof unifiedMergeView>[0], 'original'>,
): Drawn {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: b,
      extensions: [readOnly(strings.history.bothTexts), unifiedMergeView({ original: a, ...config })],
    }),
  });
  return { now: view, destroy: () => view.destroy() };
}

function readOnly(name: string): Extension {
  return [
    EditorView.cspNonce.of(cspNonce()),
    EditorState.lineSeparator.of('\n'),
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': name, 'aria-readonly': 'true', tabindex: '0' }),
  ];
}

/** The selection, where it begins and ends in the older text or in removed parts. */
function selectedIn(parent: HTMLElement): string {
  const selection = document.getSelection();
  const isOld = (node: Node | null) => {
    const element = node instanceof Element ? node : node?.parentElement;
    return element?.closest('.cm-merge-a, .cm-deletedChunk') != null && parent.contains(element);
  };
  if (selection === null || !isOld(selection.anchorNode) || !isOld(selection.focusNode)) return '';
  return selection.toString();
}
