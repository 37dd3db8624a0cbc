import { Annotation, ChangeSet, type Extension } from '@codemirror/state';
import { type EditorView, type PluginValue, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import { type YSyncConfig, yCollab, ySync, ySyncAnnotation, ySyncFacet } from 'y-codemirror.next';
import type * as Y from 'yjs';
import { HeldChanges } from './held-changes.ts';
import { isOwnStep, textUndo } from './text-undo.ts';

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

/** What else is written in the document together with a change of the text, in one transaction. */
export const alongside = Annotation.define<() => void>();

/** Whether changes of others wait for the end of a composition, so that positions in the shared text mean others here. */
export function isBehind(view: EditorView): boolean {
  return view.plugin(synchronizer)?.isBehind ?? false;
}

class TextSync implements PluginValue {
  readonly #config: YSyncConfig;
  /** What the shared text has beyond the text on the screen. */
  #held: HeldChanges | undefined;
  #timer: number | undefined;

  constructor(private readonly view: EditorView) {
    this.#config = view.state.facet(ySyncFacet);
    this.#config.ytext.observe(this.#shared);
  }

  get isBehind(): boolean {
    return this.#held?.changes.empty === false;
  }

  update(update: ViewUpdate): void {
    if (this.#held !== undefined && !this.view.composing) this.catchUpSoon();
    if (!update.docChanged || update.transactions[0]?.annotation(ySyncAnnotation) === this.#config) return;
    const apart = update.transactions.some(isOwnStep) ? update.state.facet(textUndo) : undefined;
    apart?.stopCapturing();
    const others = update.transactions.map((transaction) => transaction.annotation(alongside));
    this.#share(this.#held?.own(update.changes) ?? update.changes, others);
    apart?.stopCapturing();
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
    const { doc } = this.view.state;
    const changes = changesOf(event, this.#held?.changes.newLength ?? doc.length);
    // Undo is one's own wish: it shows at once.
    if (this.view.composing && !transaction.local) {
      this.#held ??= new HeldChanges(doc.length);
      const { from, to } = this.#composedLines();
      const passing = this.#held.others(changes, doc, from, to);
      if (!passing.empty) this.#show(passing);
    } else if (this.#held !== undefined) {
      this.#held.wait(changes);
      this.#catchUp();
    } else this.#show(changes);
  };

  #composedLines(): { readonly from: number; readonly to: number } {
    const { doc, selection } = this.view.state;
    return { from: doc.lineAt(selection.main.from).from, to: doc.lineAt(selection.main.to).to };
  }

  #catchUp(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held?.changes.empty === false) this.#show(held.changes);
  }

  #show(changes: ChangeSet): void {
    this.view.dispatch({ changes, annotations: [ySyncAnnotation.of(this.#config)] });
  }

  #share(changes: ChangeSet, others: readonly ((() => void) | undefined)[]): void {
    const { ytext } = this.#config;
    ytext.doc?.transact(() => {
      let shift = 0;
      changes.iterChanges((from, to, _from, _to, inserted) => {
        const letters = inserted.sliceString(0, inserted.length, '\n');
        if (from !== to) ytext.delete(from + shift, to - from);
        if (letters !== '') ytext.insert(from + shift, letters);
        shift += letters.length - (to - from);
      });
      for (const write of others) write?.();
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
