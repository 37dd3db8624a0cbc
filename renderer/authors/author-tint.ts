import { type Extension, type Range, StateEffect } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  type EditorView,
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
  return ViewPlugin.define((view) => new AuthorTint(view, pieces, authors), {
    decorations: (tint) => tint.decorations,
  });
}

class AuthorTint implements PluginValue {
  decorations: DecorationSet = Decoration.none;
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
    const ranges: Range<Decoration>[] = [];
    for (const { from, to } of view.visibleRanges) {
      for (const run of authorRuns(pieces, from, to))
        ranges.push(this.#markOf(authors.get(run.client)).range(run.from, run.to));
    }
    this.decorations = Decoration.set(ranges);
  }

  #markOf(author: ShownAuthor | undefined): Decoration {
    const key = author?.key ?? '';
    const known = this.#marks.get(key);
    if (known !== undefined) return known;
    const tint = author === undefined ? 'author-unknown' : personClass(author);
    const mark = Decoration.mark({
      class: `author ${tint}`,
      attributes: { title: author?.name ?? strings.authors.unknown },
    });
    this.#marks.set(key, mark);
    return mark;
  }
}
