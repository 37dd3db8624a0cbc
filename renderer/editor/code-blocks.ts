import { syntaxTree } from '@codemirror/language';
import { type Extension, type Range, RangeSet } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  type EditorView,
  type PluginValue,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';

const line = Decoration.line({ class: 'md-block' });
const firstLine = Decoration.line({ class: 'md-block-first' });
const lastLine = Decoration.line({ class: 'md-block-last' });

/** Marks the lines of code blocks in Markdown, fences included, so that the style sheet can set them as code. */
export const codeBlocks: Extension = ViewPlugin.define((view) => new CodeBlocks(view), {
  decorations: ({ lines }) => lines,
});

class CodeBlocks implements PluginValue {
  lines: DecorationSet = Decoration.none;

  constructor(view: EditorView) {
    this.#look(view);
  }

  update({ view, docChanged, viewportChanged, state, startState }: ViewUpdate): void {
    if (docChanged || viewportChanged || syntaxTree(state) !== syntaxTree(startState)) this.#look(view);
  }

  #look({ state, visibleRanges }: EditorView): void {
    const marks: Range<Decoration>[] = [];
    const tree = syntaxTree(state);
    for (const { from, to } of visibleRanges) {
      tree.iterate({
        from,
        to,
        enter: (node) => {
          if (node.name !== 'FencedCode' && node.name !== 'CodeBlock') return;
          const [first, last] = [state.doc.lineAt(node.from), state.doc.lineAt(node.to)];
          marks.push(firstLine.range(first.from), lastLine.range(last.from));
          const end = Math.min(last.to, to);
          for (let at = Math.max(first.from, state.doc.lineAt(from).from); at <= end; ) {
            marks.push(line.range(at));
            at = state.doc.lineAt(at).to + 1;
          }
          return false;
        },
      });
    }
    this.lines = RangeSet.of(marks, true);
  }
}
