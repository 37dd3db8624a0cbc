import { type Extension, StateEffect } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  EditorView,
  layer,
  type PluginValue,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import { effect } from '@preact/signals';
import type { TextPieces } from '../editor/text-pieces.ts';
import { isBehind } from '../editor/text-sync.ts';
import { placeOf } from './anchor-place.ts';
import { CommentMarker, markersOf } from './comment-marker.ts';
import type { Discussion } from './discussion.ts';
import { type Stretch, stretchesOf } from './stretches.ts';

/** Below this width, in px, panels lie over the text. */
const narrowPx = 720;
/** While someone types, places are found anew this often, in ms; 500 of them in 1 MB of text cost 20 ms. */
const placeEveryMs = 250;
const marksMoved = StateEffect.define<null>();

/** Shows in the text what is commented on: open threads as underlined ranges, and markers at the right margin. */
export function commentMarks(discussion: Discussion, pieces: TextPieces): Extension {
  const plugin = ViewPlugin.define((view) => new CommentMarks(view, discussion, pieces), {
    decorations: (marks) => marks.decorations,
    eventHandlers: {
      click(event, view) {
        if (!view.state.selection.main.empty || window.innerWidth < narrowPx) return;
        const position = view.posAtCoords({ x: event.clientX, y: event.clientY });
        const id = position === null ? undefined : discussion.threadAt(position);
        if (id !== undefined) discussion.show(id, true);
      },
    },
  });
  const markers = layer({
    above: true,
    class: 'comment-markers',
    update: (update) => update.docChanged || update.geometryChanged || isMoved(update),
    markers: (view) => {
      const places = [...(view.plugin(plugin)?.shown ?? [])];
      return markersOf(view, places).map(
        ({ top, left, ids }) => new CommentMarker(top, left, ids, (id) => discussion.show(id, false)),
      );
    },
  });
  return [plugin, markers];
}

function isMoved({ transactions }: ViewUpdate): boolean {
  return transactions.some((one) => one.effects.some((each) => each.is(marksMoved)));
}

class CommentMarks implements PluginValue {
  decorations: DecorationSet = Decoration.none;
  /** Starts of the open threads in the text. */
  shown: ReadonlyMap<string, number> = new Map();
  readonly #stop: () => void;
  #frame: number | undefined;
  #timer: number | undefined;
  #drawn = '';

  constructor(
    private readonly view: EditorView,
    private readonly discussion: Discussion,
    private readonly pieces: TextPieces,
  ) {
    this.#stop = effect(() => {
      void discussion.threads.value;
      void discussion.active.value;
      void discussion.drafts.start.value;
      this.#placeSoon();
    });
  }

  update(update: ViewUpdate): void {
    if (!update.docChanged) return;
    this.decorations = this.decorations.map(update.changes);
    this.#drawn = '';
    if (this.#isUsed()) this.#timer ??= window.setTimeout(() => this.#placeSoon(), placeEveryMs);
  }

  destroy(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    window.clearTimeout(this.#timer);
    this.#stop();
  }

  #isUsed(): boolean {
    const { threads, drafts } = this.discussion;
    return threads.peek().threads.length > 0 || drafts.start.peek() !== undefined || this.shown.size > 0;
  }

  #placeSoon(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      window.clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#place();
    });
  }

  /** Finds the places anew: only the shared text knows which letters are still the ones that were commented on. */
  #place(): void {
    const { discussion, pieces, view } = this;
    if (isBehind(view) || pieces.text.length !== view.state.doc.length) return;
    const places = new Map<string, { from: number; to: number }>();
    const marked: Stretch[] = [];
    const shown = new Map<string, number>();
    const active = discussion.active.peek();
    for (const thread of discussion.threads.peek().threads) {
      const { id, anchor, isResolved } = thread;
      const place = placeOf(pieces, anchor);
      if (place === undefined) continue;
      if (place.isBack) discussion.moved(thread, place);
      places.set(id, place);
      if (isResolved) continue;
      shown.set(id, place.from);
      marked.push({ from: place.from, to: place.to, isActive: id === active });
    }
    const draft = discussion.drafts.start.peek();
    const draftPlace = draft === undefined ? undefined : placeOf(pieces, draft.anchor);
    if (draftPlace !== undefined) marked.push({ from: draftPlace.from, to: draftPlace.to, isActive: true });
    const ranges = stretchesOf(marked).map(({ from, to, isActive }) =>
      (isActive ? activeMark : mark).range(from, to),
    );
    discussion.places = places;
    const order = [...places].sort(([, a], [, b]) => a.from - b.from || a.to - b.to).map(([id]) => id);
    if (order.join() !== discussion.order.peek().join()) discussion.order.value = order;
    const drawn = JSON.stringify([
      [...shown],
      ranges.map(({ from, to, value }) => [from, to, value.spec.class]),
    ]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.shown = shown;
    this.decorations = Decoration.set(ranges, true);
    view.dispatch({ effects: marksMoved.of(null) });
  }
}

const mark = Decoration.mark({ class: 'commented' });
const activeMark = Decoration.mark({ class: 'commented active' });

/** Scrolls to a piece of text and puts the cursor in front of it. */
export function goToText(editor: EditorView, from: number): void {
  const at = Math.min(from, editor.state.doc.length);
  editor.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) });
}
