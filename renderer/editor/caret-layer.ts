import type { ChangeDesc } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import { type Person, personClass, samePerson } from '../person.ts';
import { strings } from '../strings.ts';
import { placeFlags } from './flag-places.ts';

/** Someone's caret in the text on the screen. `move` rises with each movement of anyone and brings the name back. */
export interface RemoteCaret {
  readonly clientId: number;
  readonly person: Person;
  readonly position: number;
  readonly move: number;
}

/** In px from the upper left corner of the whole text. */
interface Place {
  readonly left: number;
  readonly top: number;
  readonly height: number;
}

interface Seen {
  /** Upper left corner of the whole text in the window. */
  readonly base: DOMRect;
  readonly places: ReadonlyMap<RemoteCaret, Place>;
}

interface DrawnCaret {
  readonly dom: HTMLElement;
  readonly caret: RemoteCaret;
  readonly place: Place;
}

/** A name comes back while the pointer is so near to the caret, in px. */
const pointedWithinPx = 6;

/**
 * The carets of others, each with a flag that carries the name. They are drawn over the text, not in it: there they would
 * let a line break in the middle of a word, and stand between letters that are being composed.
 */
export class CaretLayer {
  readonly #dom = document.createElement('div');
  readonly #drawn = new Map<number, DrawnCaret>();
  #carets: readonly RemoteCaret[] = [];
  /** CodeMirror looks away from a new width while letters arrive. */
  readonly #sizes = new ResizeObserver(() => this.place());
  #pointer: { readonly x: number; readonly y: number } | undefined;

  constructor(private readonly view: EditorView) {
    this.#dom.className = 'remote-carets';
    this.#dom.setAttribute('aria-hidden', 'true');
    view.scrollDOM.append(this.#dom);
    document.fonts.addEventListener('loadingdone', this.#lettersChanged);
    this.#sizes.observe(view.scrollDOM);
    this.#sizes.observe(view.contentDOM);
  }

  /** Shows these and no others, with the next measurement. */
  show(carets: readonly RemoteCaret[]): void {
    this.#carets = carets;
    this.place();
  }

  /** Moves them with the text around them. */
  map(changes: ChangeDesc): void {
    this.#carets = this.#carets.map((caret) => ({ ...caret, position: changes.mapPos(caret.position, 1) }));
  }

  /** Looks again where they are on the screen. */
  place(): void {
    if (this.#carets.length === 0 && this.#drawn.size === 0) return;
    this.view.requestMeasure({ key: this, read: () => this.#places(), write: (seen) => this.#draw(seen) });
  }

  /** Where the pointer is in the window, if it is over the text. */
  pointed(pointer: { readonly x: number; readonly y: number } | undefined): void {
    this.#pointer = pointer;
    if (this.#drawn.size > 0) this.#markPointed(this.#dom.getBoundingClientRect());
  }

  destroy(): void {
    document.fonts.removeEventListener('loadingdone', this.#lettersChanged);
    this.#sizes.disconnect();
    this.#dom.remove();
  }

  /** CodeMirror looks at its lines' heights alone. */
  readonly #lettersChanged = (): void => this.place();

  #places(): Seen {
    const base = this.#dom.getBoundingClientRect();
    const places = new Map<RemoteCaret, Place>();
    for (const caret of this.#carets) {
      const at = caret.position;
      if (!this.view.visibleRanges.some(({ from, to }) => from <= at && at <= to)) continue;
      const coords = this.view.coordsAtPos(at, 1);
      if (coords === null) continue;
      const { left, top, bottom } = coords;
      places.set(caret, { left: left - base.left, top: top - base.top, height: bottom - top });
    }
    return { base, places };
  }

  #draw({ base, places }: Seen): void {
    const gone = new Map(this.#drawn);
    for (const [caret, place] of places) {
      const { clientId } = caret;
      const known = this.#drawn.get(clientId);
      gone.delete(clientId);
      const isSame = known !== undefined && sameLook(known.caret, caret);
      const dom = isSame ? known.dom : this.#add(caret, known?.dom);
      if (!isSame || !samePlace(known.place, place)) {
        dom.style.left = `${place.left}px`;
        dom.style.top = `${place.top}px`;
        dom.style.height = `${place.height}px`;
      }
      this.#drawn.set(clientId, { dom, caret, place });
    }
    for (const [clientId, { dom }] of gone) {
      dom.remove();
      this.#drawn.delete(clientId);
    }
    this.#markPointed(base);
    this.#arrangeFlags();
  }

  /** A new element, so that the name fades anew. */
  #add({ person, move }: RemoteCaret, before: HTMLElement | undefined): HTMLElement {
    const dom = document.createElement('span');
    dom.className = `remote-caret ${personClass(person)}`;
    const flag = document.createElement('span');
    flag.className = 'remote-flag';
    flag.dataset.move = String(move);
    flag.textContent = person.name || strings.guest;
    dom.append(flag);
    if (before === undefined) this.#dom.append(dom);
    else before.replaceWith(dom);
    return dom;
  }

  #markPointed(base: DOMRect): void {
    const x = (this.#pointer?.x ?? Number.POSITIVE_INFINITY) - base.left;
    const y = (this.#pointer?.y ?? 0) - base.top;
    for (const { dom, place } of this.#drawn.values()) {
      const isBeside = Math.abs(x - place.left) <= pointedWithinPx;
      dom.classList.toggle('pointed', isBeside && y >= place.top && y <= place.top + place.height);
    }
  }

  /**
   * Gives the flags that show now a place each: none covers another, none sticks out on the right or at the top, and where
   * many write at one place those who moved last are named.
   */
  #arrangeFlags(): void {
    if (this.#drawn.size === 0) return;
    this.view.requestMeasure({
      key: this.#dom,
      read: ({ scrollDOM }) => {
        const { top, right } = scrollDOM.getBoundingClientRect();
        const shown = [...this.#dom.querySelectorAll<HTMLElement>('.remote-flag')]
          .filter((flag) => getComputedStyle(flag).opacity !== '0')
          .sort((a, b) => Number(b.dataset.move) - Number(a.dataset.move));
        const flags = shown.map((flag) => {
          const caret = flag.parentElement?.getBoundingClientRect() ?? new DOMRect();
          const { offsetWidth: width, offsetHeight: height } = flag;
          return { left: caret.left, top: caret.top, bottom: caret.bottom, width, height };
        });
        const places = placeFlags(flags, { top, right: right - 8 });
        return shown.map((flag, i) => ({ flag, place: places[i] }));
      },
      write: (arranged) => {
        for (const { flag, place } of arranged) {
          if (place === undefined) continue;
          flag.classList.toggle('turned', place.turned);
          flag.classList.toggle('crowded', place.hidden);
          flag.classList.toggle('under', place.level < 0);
          flag.style.setProperty('--level', String(place.level < 0 ? -1 - place.level : place.level));
        }
      },
    });
  }
}

function sameLook(one: RemoteCaret, other: RemoteCaret): boolean {
  return one.move === other.move && samePerson(one.person, other.person);
}

function samePlace(one: Place, other: Place): boolean {
  return one.left === other.left && one.top === other.top && one.height === other.height;
}
