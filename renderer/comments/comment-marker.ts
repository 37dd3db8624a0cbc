import type { EditorView, LayerMarker } from '@codemirror/view';
import { strings } from '../strings.ts';

/** Width of a marker, in px; fits the padding at the right of the text. */
const widthPx = 20;

/** Threads that begin in one line, and where their marker goes. */
export interface MarkerPlace {
  readonly top: number;
  readonly left: number;
  readonly ids: readonly string[];
}

/** Where the markers of the lines on the screen go, from the positions at which threads start. To be called while measuring. */
export function markersOf(view: EditorView, starts: readonly (readonly [string, number])[]): MarkerPlace[] {
  const scroller = view.scrollDOM.getBoundingClientRect();
  const content = view.contentDOM.getBoundingClientRect();
  const left = content.right - scroller.left + view.scrollDOM.scrollLeft - widthPx - 2;
  const byTop = new Map<number, { readonly top: number; readonly left: number; readonly ids: string[] }>();
  for (const [id, from] of starts) {
    if (from < view.viewport.from || from > view.viewport.to) continue;
    const coords = view.coordsAtPos(from, 1);
    if (coords === null) continue;
    const middle = (coords.top + coords.bottom) / 2 - scroller.top + view.scrollDOM.scrollTop;
    const top = Math.round(middle - widthPx / 2);
    const known = byTop.get(top);
    if (known === undefined) byTop.set(top, { top, left, ids: [id] });
    else known.ids.push(id);
  }
  return [...byTop.values()];
}

/** A button at the right margin that leads to the threads of its line, one after the other. For the keyboard there is a shortcut. */
export class CommentMarker implements LayerMarker {
  constructor(
    private readonly top: number,
    private readonly left: number,
    private readonly ids: readonly string[],
    private readonly onPress: (id: string) => void,
  ) {}

  eq(other: LayerMarker): boolean {
    if (!(other instanceof CommentMarker)) return false;
    return other.top === this.top && other.left === this.left && other.ids.join() === this.ids.join();
  }

  draw(): HTMLElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.tabIndex = -1;
    button.className = 'comment-marker';
    button.title = strings.comments.marker(this.ids.length);
    button.textContent = String(this.ids.length);
    button.style.top = `${this.top}px`;
    // While a window is being resized the place is known only afterwards.
    button.style.left = `min(${this.left}px, calc(100% - ${widthPx + 2}px))`;
    let next = 0;
    button.addEventListener('click', () => {
      const id = this.ids[next % this.ids.length];
      next += 1;
      if (id !== undefined) this.onPress(id);
    });
    return button;
  }
}
