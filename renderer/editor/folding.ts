import {
  codeFolding,
  foldable,
  foldEffect,
  foldedRanges,
  language,
  syntaxTree,
  unfoldEffect,
} from '@codemirror/language';
import type { EditorState, Extension } from '@codemirror/state';
import { type BlockInfo, type EditorView, GutterMarker, gutter } from '@codemirror/view';
import type { SyntaxNode } from '@lezer/common';
import { strings } from '../strings.ts';

/**
 * Headings with what is under them, and blocks of code, can be folded; in code whatever its language folds. The mark beside a line
 * of prose is shown by what begins there; where the section ends, which costs a walk through it, is looked for when it is pressed.
 */
export const folding: Extension = [
  codeFolding({ placeholderDOM: (_view, unfold) => placeholder(unfold) }),
  gutter({
    class: 'fold-gutter',
    lineMarker: (view, line) => {
      if (!mayFold(view.state, line)) return null;
      return foldedIn(view.state, line) === undefined ? openMark : foldedMark;
    },
    lineMarkerChange: ({ transactions, startState, state }) =>
      transactions.some(({ effects }) => effects.some((one) => one.is(foldEffect) || one.is(unfoldEffect))) ||
      foldedRanges(startState) !== foldedRanges(state) ||
      syntaxTree(startState) !== syntaxTree(state),
    domEventHandlers: {
      click: (view, line) => {
        toggle(view, line);
        return true;
      },
    },
  }),
];

class FoldMark extends GutterMarker {
  constructor(private readonly folded: boolean) {
    super();
  }

  override eq(other: FoldMark): boolean {
    return other.folded === this.folded;
  }

  override toDOM(): HTMLElement {
    const mark = document.createElement('span');
    mark.className = this.folded ? 'fold-mark folded' : 'fold-mark';
    mark.title = this.folded ? strings.editor.unfold : strings.editor.fold;
    return mark;
  }
}

const openMark = new FoldMark(false);
const foldedMark = new FoldMark(true);

function mayFold(state: EditorState, { from }: BlockInfo): boolean {
  const line = state.doc.lineAt(from);
  const isProse = state.facet(language)?.name === 'markdown';
  if (!isProse) return foldable(state, line.from, line.to) !== null;
  const start = line.from + (line.text.length - line.text.trimStart().length);
  let node: SyntaxNode | null = syntaxTree(state).resolveInner(start, 1);
  for (; node !== null && node.from >= line.from; node = node.parent) {
    if (node.name === 'FencedCode') return node.to > line.to;
    const level = headingLevel(node);
    if (level === undefined) continue;
    const next = node.nextSibling;
    return next !== null && (headingLevel(next) ?? Number.POSITIVE_INFINITY) > level;
  }
  return false;
}

function headingLevel({ name }: SyntaxNode): number | undefined {
  const found = /^(?:ATX|Setext)Heading(\d)$/.exec(name);
  return found === null ? undefined : Number(found[1]);
}

function foldedIn(
  state: EditorState,
  { from, to }: BlockInfo,
): { readonly from: number; readonly to: number } | undefined {
  let found: { readonly from: number; readonly to: number } | undefined;
  foldedRanges(state).between(from, to, (start, end) => {
    if (start >= from) found ??= { from: start, to: end };
  });
  return found;
}

function toggle(view: EditorView, line: BlockInfo): void {
  const { state } = view;
  const folded = foldedIn(state, line);
  if (folded !== undefined) {
    view.dispatch({ effects: unfoldEffect.of(folded) });
    return;
  }
  const first = state.doc.lineAt(line.from);
  const range = foldable(state, first.from, first.to);
  if (range !== null) view.dispatch({ effects: foldEffect.of(range) });
}

function placeholder(unfold: (event: Event) => void): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'fold-placeholder';
  button.textContent = '…';
  button.title = strings.editor.unfold;
  button.setAttribute('aria-label', strings.editor.unfold);
  button.addEventListener('click', unfold);
  return button;
}
