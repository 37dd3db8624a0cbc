import type { Extension } from '@codemirror/state';
import { type EditorView, type PluginValue, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import { relativePlace } from './relative-places.ts';

/** The place is told at most this often; whoever follows sees eight steps a second. */
const tellEveryMs = 125;
/** Looked for so far within the edges, in px: not at a line of which only the last pixels show. */
const withinPx = 8;

/** Tells others which part of the text is seen here, so that they can follow. */
export function shownPlace(text: Y.Text, awareness: Awareness): Extension {
  return ViewPlugin.define((view) => new ShownPlace(view, text, awareness), {
    eventObservers: {
      scroll(event) {
        if (event.target === this.view.scrollDOM) this.tellSoon();
      },
    },
  });
}

class ShownPlace implements PluginValue {
  #timer: number | undefined;
  #told = '';

  constructor(
    readonly view: EditorView,
    private readonly text: Y.Text,
    private readonly awareness: Awareness,
  ) {
    this.tellSoon();
  }

  update(update: ViewUpdate): void {
    if (update.viewportChanged || update.heightChanged) this.tellSoon();
  }

  destroy(): void {
    window.clearTimeout(this.#timer);
  }

  tellSoon(): void {
    this.#timer ??= window.setTimeout(() => {
      this.#timer = undefined;
      this.view.requestMeasure({ key: this, read: shownRange, write: (range) => this.#tell(range) });
    }, tellEveryMs);
  }

  #tell({ top, bottom }: ShownRange): void {
    // Amid a change the shared text and the one on the screen may differ.
    if (this.text.length !== this.view.state.doc.length) return;
    const shown = { top: relativePlace(this.text, top), bottom: relativePlace(this.text, bottom) };
    const serialized = JSON.stringify(shown);
    if (serialized === this.#told) return;
    this.#told = serialized;
    this.awareness.setLocalStateField('view', shown);
  }
}

interface ShownRange {
  readonly top: number;
  readonly bottom: number;
}

function shownRange(view: EditorView): ShownRange {
  const area = view.scrollDOM.getBoundingClientRect();
  const { left, right } = view.contentDOM.getBoundingClientRect();
  return {
    top: view.posAtCoords({ x: left + 1, y: area.top + withinPx }, false),
    bottom: view.posAtCoords({ x: right - 1, y: area.bottom - withinPx }, false),
  };
}
