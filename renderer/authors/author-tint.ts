import { type Extension, type Range, StateEffect } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  EditorView,
  type PluginValue,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import { effect, type ReadonlySignal } from '@preact/signals';
import type { TextPieces } from '../editor/text-pieces.ts';
import { isBehind } from '../editor/text-sync.ts';
import { personClass } from '../person.ts';
import { strings } from '../strings.ts';
import type { ShownAuthor } from './author-list.ts';
import { authorRuns } from './author-runs.ts';

type Authors = ReadonlySignal<ReadonlyMap<number, ShownAuthor>>;

const authorsMoved = StateEffect.define<null>();

/** Tints the text on the screen by who wrote it. Typing moves the tints; they are made anew once a frame. */
export function authorTint(pieces: TextPieces, authors: Authors): Extension {
  return [
    EditorView.contentAttributes.of({ class: 'authors-shown' }),
    ViewPlugin.define((view) => new AuthorTint(view, pieces, authors), {
      decorations: (tint) => tint.decorations,
    }),
  ];
}

/** The tints of some ranges of a text. Nothing beside them is looked at, however long the text is. */
export function tintsOf(
  pieces: TextPieces,
  ranges: readonly { readonly from: number; readonly to: number }[],
  markOf: (client: number) => Decoration,
): DecorationSet {
  const tints: Range<Decoration>[] = [];
  for (const { from, to } of ranges) {
    for (const run of authorRuns(pieces, from, to)) tints.push(markOf(run.client).range(run.from, run.to));
  }
  return Decoration.set(tints);
}

class AuthorTint implements PluginValue {
  decorations: DecorationSet = Decoration.none;
  /** By what can be seen of them. */
  readonly #marks = new Map<string, Decoration>();
  readonly #stop: () => void;
  #frame: number | undefined;

  constructor(
    private readonly view: EditorView,
    private readonly pieces: TextPieces,
    private readonly authors: Authors,
  ) {
    this.#draw();
    this.#stop = effect(() => {
      void authors.value;
      this.#drawSoon();
    });
  }

  update(update: ViewUpdate): void {
    const isAsked = update.transactions.some((one) => one.effects.some((each) => each.is(authorsMoved)));
    if (update.docChanged) {
      // Whether the shared text has the change already depends on where it comes from.
      this.decorations = this.decorations.map(update.changes);
      this.#drawSoon();
    } else if (isAsked || update.viewportChanged) this.#draw();
  }

  destroy(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#stop();
  }

  #drawSoon(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.view.dispatch({ effects: authorsMoved.of(null) });
    });
  }

  #draw(): void {
    const { view, pieces } = this;
    if (isBehind(view) || pieces.text.length !== view.state.doc.length) return;
    const authors = this.authors.peek();
    this.decorations = tintsOf(pieces, view.visibleRanges, (client) => this.#markOf(authors.get(client)));
  }

  #markOf(author: ShownAuthor | undefined): Decoration {
    const tint = author === undefined ? 'author-unknown' : personClass(author);
    const title = author?.name ?? strings.authors.unknown;
    const look = `${tint} ${title}`;
    const known = this.#marks.get(look);
    if (known !== undefined) return known;
    const mark = Decoration.mark({ class: `author ${tint}`, attributes: { title } });
    this.#marks.set(look, mark);
    return mark;
  }
}
