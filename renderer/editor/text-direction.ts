import { syntaxTree } from '@codemirror/language';
import { type EditorState, type Extension, Prec, type Range } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  Direction,
  EditorView,
  type PluginValue,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';

/** Letters that are written from right to left. */
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
/** The box of a task is no word, although it may hold an x. */
const taskBox = /^\s*[-*+]\s+\[[ xX]\]/;
/** Units of a line that are looked at for its first letter and for letters from right to left. */
const lookedAt = 2000;

const lineFromRight = Decoration.line({ attributes: { dir: 'rtl' } });
const lineFromLeft = Decoration.line({ attributes: { dir: 'ltr' } });
const isolate = Decoration.mark({
  class: 'bidi-isolate',
  attributes: { dir: 'ltr' },
  bidiIsolate: Direction.LTR,
});

/** Each line runs in the direction of its first letter; code and addresses in a line from right to left keep their own. */
export const textDirection: Extension = [
  EditorView.perLineTextDirection.of(true),
  Prec.lowest(
    ViewPlugin.define((view) => new Directions(view), {
      decorations: ({ lines }) => lines,
      provide: (plugin) => [
        EditorView.decorations.of((view) => view.plugin(plugin)?.isolates ?? Decoration.none),
        EditorView.bidiIsolatedRanges.of((view) => view.plugin(plugin)?.isolates ?? Decoration.none),
      ],
    }),
  ),
];

class Directions implements PluginValue {
  lines: DecorationSet = Decoration.none;
  isolates: DecorationSet = Decoration.none;

  constructor(view: EditorView) {
    this.#look(view);
  }

  update({ view, docChanged, viewportChanged, state, startState }: ViewUpdate): void {
    if (docChanged || viewportChanged || syntaxTree(state) !== syntaxTree(startState)) this.#look(view);
  }

  #look({ state, visibleRanges }: EditorView): void {
    const lines: Range<Decoration>[] = [];
    const isolates: Range<Decoration>[] = [];
    for (const { from, to } of visibleRanges) {
      for (let position = from; position <= to; ) {
        const line = state.doc.lineAt(position);
        const start = line.text.slice(0, lookedAt);
        if (rightToLeft.test(start)) {
          const first = /\p{L}/u.exec(start.replace(taskBox, ''))?.[0] ?? '';
          lines.push((rightToLeft.test(first) ? lineFromRight : lineFromLeft).range(line.from));
          isolatesIn(state, line.from, Math.min(line.to, line.from + lookedAt), isolates);
        }
        position = line.to + 1;
      }
    }
    this.lines = Decoration.set(lines, true);
    this.isolates = Decoration.set(isolates, true);
  }
}

function isolatesIn(state: EditorState, from: number, to: number, isolates: Range<Decoration>[]): void {
  syntaxTree(state).iterate({
    from,
    to,
    enter: ({ name, from: start, to: end }) => {
      if (name !== 'InlineCode' && name !== 'URL') return;
      if (start >= from && end <= to && start < end) isolates.push(isolate.range(start, end));
    },
  });
}
