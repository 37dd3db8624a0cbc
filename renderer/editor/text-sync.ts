import { ChangeSet, type Extension } from '@codemirror/state';
import { type EditorView, type PluginValue, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import { type YSyncConfig, yCollab, ySync, ySyncAnnotation, ySyncFacet } from 'y-codemirror.next';
import type * as Y from 'yjs';

/**
 * Keeps the text on the screen and the shared text the same, and undo to one's own edits. Instead of the stock plugin:
 * changes of others in the line in which someone composes letters (Japanese, accents, dictation) wait until they are
 * done, because redrawing that line would break the composition off, and lose or double its letters.
 */
export function textSync(text: Y.Text, undoManager: Y.UndoManager): Extension {
  const stock = yCollab(text, null, { undoManager });
  const parts: readonly Extension[] = Array.isArray(stock) ? stock : [];
  if (!parts.includes(ySync)) throw new Error('y-codemirror.next has another form than this was written for');
  return parts.map((part) => (part === ySync ? synchronizer : part));
}

/** Whether changes of others wait for the end of a composition, so that positions in the shared text mean others here. */
export function isBehind(view: EditorView): boolean {
  return view.plugin(synchronizer)?.isBehind ?? false;
}

class TextSync implements PluginValue {
  readonly #config: YSyncConfig;
  /** What the shared text has beyond the text on the screen. */
  #held: ChangeSet | undefined;
  #timer: number | undefined;

  constructor(private readonly view: EditorView) {
    this.#config = view.state.facet(ySyncFacet);
    this.#config.ytext.observe(this.#shared);
  }

  get isBehind(): boolean {
    return this.#held !== undefined;
  }

  update(update: ViewUpdate): void {
    if (this.#held !== undefined && !this.view.composing) this.catchUpSoon();
    if (!update.docChanged || update.transactions[0]?.annotation(ySyncAnnotation) === this.#config) return;
    let { changes } = update;
    if (this.#held !== undefined) {
      const own = changes;
      changes = own.map(this.#held);
      this.#held = this.#held.map(own, true);
    }
    this.#share(changes);
  }

  destroy(): void {
    window.clearTimeout(this.#timer);
    this.#config.ytext.unobserve(this.#shared);
  }

  /** After the browser and CodeMirror have taken in what was composed. */
  catchUpSoon(): void {
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      if (!this.view.composing) this.#catchUp();
    });
  }

  readonly #shared = (event: Y.YTextEvent, transaction: Y.Transaction): void => {
    if (transaction.origin === this.#config) return;
    const { state } = this.view;
    const length = this.#held?.newLength ?? state.doc.length;
    const changes = changesOf(event, length);
    // Undo is one's own wish: it shows at once.
    const waits = this.view.composing && !transaction.local;
    if (this.#held !== undefined) {
      if (waits && this.#passes(this.#held, changes)) return;
      this.#held = this.#held.compose(changes);
      if (!waits) this.#catchUp();
    } else if (waits && this.#touchesComposition(changes)) this.#held = changes;
    else this.#show(changes);
  };

  /** Shows a change that has nothing to do with the line of the composition, past those that wait. */
  #passes(held: ChangeSet, changes: ChangeSet): boolean {
    const here = changes.map(held.invert(this.view.state.doc));
    const { from, to } = extentOf(held);
    if (this.#touchesComposition(here) || here.touchesRange(from, to) !== false) return false;
    this.#held = held.map(here);
    this.#show(here);
    return true;
  }

  #touchesComposition(changes: ChangeSet): boolean {
    const { doc, selection } = this.view.state;
    const first = doc.lineAt(selection.main.from);
    const last = doc.lineAt(selection.main.to);
    return changes.touchesRange(first.from, last.to) !== false;
  }

  #catchUp(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#show(held);
  }

  #show(changes: ChangeSet): void {
    this.view.dispatch({ changes, annotations: [ySyncAnnotation.of(this.#config)] });
  }

  #share(changes: ChangeSet): void {
    const { ytext } = this.#config;
    ytext.doc?.transact(() => {
      let shift = 0;
      changes.iterChanges((from, to, _from, _to, inserted) => {
        const letters = inserted.sliceString(0, inserted.length, '\n');
        if (from !== to) ytext.delete(from + shift, to - from);
        if (letters !== '') ytext.insert(from + shift, letters);
        shift += letters.length - (to - from);
      });
    }, this.#config);
  }
}

const synchronizer = ViewPlugin.fromClass(TextSync, {
  eventHandlers: {
    compositionend() {
      this.catchUpSoon();
    },
  },
});

/** From the first to the last place that is changed. */
function extentOf(changes: ChangeSet): { readonly from: number; readonly to: number } {
  let from = changes.length;
  let to = 0;
  changes.iterChangedRanges((start, end) => {
    from = Math.min(from, start);
    to = Math.max(to, end);
  });
  return { from: Math.min(from, to), to };
}

function changesOf(event: Y.YTextEvent, length: number): ChangeSet {
  const changes: { readonly from: number; readonly to: number; readonly insert: string }[] = [];
  let position = 0;
  for (const { insert, delete: deleted, retain } of event.delta) {
    if (typeof insert === 'string') changes.push({ from: position, to: position, insert });
    else if (deleted !== undefined) {
      changes.push({ from: position, to: position + deleted, insert: '' });
      position += deleted;
    } else position += retain ?? 0;
  }
  return ChangeSet.of(changes, length, '\n');
}
