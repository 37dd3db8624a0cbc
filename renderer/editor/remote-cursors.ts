import { type Extension, Facet, type Range, StateEffect } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  type EditorView,
  type PluginValue,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import { parsePerson, personClass } from '../person.ts';
import { CaretLayer, type RemoteCaret } from './caret-layer.ts';
import { relativePlace, resolvePlace } from './relative-places.ts';
import { isBehind } from './text-sync.ts';

/** The shared text and who is in it. */
interface Sharing {
  readonly text: Y.Text;
  readonly awareness: Awareness;
}

const sharing = Facet.define<Sharing, Sharing | undefined>({ combine: (all) => all[0] });
const cursorsMoved = StateEffect.define<null>();

/**
 * Shows the cursors and selections of others, and tells them one's own. Positions are relative to the text's
 * characters, so they stay right while edits are under way. The stock plugin is not used: it needs style attributes,
 * which the content security policy forbids, and keeps names that have changed.
 */
export function remoteCursors(text: Y.Text, awareness: Awareness): Extension {
  return [sharing.of({ text, awareness }), remoteCursorsPlugin];
}

class RemoteCursors implements PluginValue {
  decorations: DecorationSet = Decoration.none;
  readonly carets: CaretLayer;
  readonly #sharing: Sharing | undefined;
  readonly #moves = new Map<number, { readonly cursor: string; readonly move: number }>();
  #lastMove = 0;
  #frame: number | undefined;
  #publishing = false;
  #published = '';
  #wasFocused: boolean;
  /** A cursor points to text that has not arrived yet. */
  #incomplete = false;

  constructor(readonly view: EditorView) {
    this.carets = new CaretLayer(view);
    this.#sharing = view.state.facet(sharing);
    this.#wasFocused = view.hasFocus;
    this.#sharing?.awareness.on('change', this.#othersChanged);
    this.#draw();
  }

  update(update: ViewUpdate): void {
    this.#wasFocused ||= update.view.hasFocus;
    const moved = update.transactions.some((one) => one.effects.some((effect) => effect.is(cursorsMoved)));
    if (update.docChanged) {
      this.decorations = this.decorations.map(update.changes);
      this.carets.map(update.changes);
    }
    if (moved || (update.docChanged && this.#incomplete)) this.#draw();
    if (update.docChanged || update.selectionSet || update.focusChanged) this.#publishSoon();
    const isSetAnew = update.transactions.some(({ reconfigured }) => reconfigured);
    if (update.docChanged || update.geometryChanged || isSetAnew) this.carets.place();
  }

  /** Called by CodeMirror when lines are drawn anew. */
  docViewUpdate(): void {
    this.carets.place();
  }

  destroy(): void {
    this.carets.destroy();
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#sharing?.awareness.off('change', this.#othersChanged);
    this.#sharing?.awareness.setLocalStateField('cursor', null);
  }

  /** Never dispatches at once: the news may come while the view is updating. */
  readonly #othersChanged = (changes: Record<'added' | 'updated' | 'removed', readonly number[]>): void => {
    const self = this.#sharing?.awareness.clientID;
    const touched = [...changes.added, ...changes.updated, ...changes.removed];
    if (touched.some((clientId) => clientId !== self)) this.drawSoon();
  };

  /** With the next frame. */
  drawSoon(): void {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.view.dispatch({ effects: cursorsMoved.of(null) });
    });
  }

  /** After the update: by then the shared text has the change, too. */
  #publishSoon(): void {
    if (this.#publishing || !this.#wasFocused) return;
    this.#publishing = true;
    queueMicrotask(() => {
      this.#publishing = false;
      this.#publish();
    });
  }

  #publish(): void {
    if (this.#sharing === undefined) return;
    const { text, awareness } = this.#sharing;
    const { anchor, head } = this.view.state.selection.main;
    if (isBehind(this.view) || text.length !== this.view.state.doc.length) return;
    const cursor = {
      anchor: relativePlace(text, anchor),
      head: relativePlace(text, head),
    };
    const serialized = JSON.stringify(cursor);
    if (serialized === this.#published) return;
    this.#published = serialized;
    awareness.setLocalStateField('cursor', cursor);
  }

  #draw(): void {
    if (this.#sharing === undefined) return;
    const { text, awareness } = this.#sharing;
    // Letters that are being composed would break off where a selection is drawn between them: it is when they are done.
    this.#incomplete = this.view.composing;
    if (isBehind(this.view)) {
      this.#incomplete = true;
      return;
    }
    const carets: RemoteCaret[] = [];
    const ranges: Range<Decoration>[] = [];
    for (const [clientId, state] of awareness.getStates()) {
      const person = parsePerson(state, clientId, awareness.clientID);
      if (person === undefined || person.isSelf || !hasCursor(state)) continue;
      const cursor = resolveCursor(text, state);
      if (cursor === undefined || Math.max(cursor.anchor, cursor.head) > this.view.state.doc.length) {
        this.#incomplete = true;
        continue;
      }
      const from = Math.min(cursor.anchor, cursor.head);
      const to = Math.max(cursor.anchor, cursor.head);
      if (from < to) {
        ranges.push(Decoration.mark({ class: `remote-selection ${personClass(person)}` }).range(from, to));
      }
      const move = this.#moveOf(clientId, JSON.stringify(state.cursor));
      carets.push({ clientId, person, position: cursor.head, move });
    }
    for (const clientId of this.#moves.keys()) {
      if (!awareness.getStates().has(clientId)) this.#moves.delete(clientId);
    }
    this.carets.show(carets);
    if (!this.view.composing) this.decorations = Decoration.set(ranges, true);
  }

  /** Which movement of all cursors a cursor's last one was, so that its flag comes back with each. */
  #moveOf(clientId: number, cursor: string): number {
    const known = this.#moves.get(clientId);
    if (known?.cursor === cursor) return known.move;
    this.#lastMove += 1;
    this.#moves.set(clientId, { cursor, move: this.#lastMove });
    return this.#lastMove;
  }
}

const remoteCursorsPlugin = ViewPlugin.fromClass(RemoteCursors, {
  decorations: (value) => value.decorations,
  eventHandlers: {
    compositionend() {
      this.drawSoon();
    },
    mousemove({ clientX: x, clientY: y }) {
      this.carets.pointed({ x, y });
    },
    mouseleave() {
      this.carets.pointed(undefined);
    },
  },
});

function resolveCursor(
  text: Y.Text,
  state: unknown,
): { readonly anchor: number; readonly head: number } | undefined {
  if (!hasCursor(state)) return undefined;
  const anchor = resolvePlace(text, state.cursor.anchor);
  const head = resolvePlace(text, state.cursor.head);
  return anchor === undefined || head === undefined ? undefined : { anchor, head };
}

function hasCursor(
  state: unknown,
): state is { readonly cursor: { readonly anchor: unknown; readonly head: unknown } } {
  if (typeof state !== 'object' || state === null || !('cursor' in state)) return false;
  const { cursor } = state;
  return typeof cursor === 'object' && cursor !== null && 'anchor' in cursor && 'head' in cursor;
}
