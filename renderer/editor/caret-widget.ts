import { type EditorView, WidgetType } from '@codemirror/view';
import { type Person, personClass, samePerson } from '../person.ts';
import { strings } from '../strings.ts';
import { placeFlags } from './flag-places.ts';

/** Someone's caret with a flag that carries their name. `move` rises with each movement of anyone and brings the flag back. */
export class CaretWidget extends WidgetType {
  constructor(
    private readonly person: Person,
    private readonly move: number,
  ) {
    super();
  }

  override eq(other: CaretWidget): boolean {
    return other.move === this.move && samePerson(other.person, this.person);
  }

  override toDOM(): HTMLElement {
    const caret = document.createElement('span');
    caret.className = `remote-caret ${personClass(this.person)}`;
    caret.setAttribute('aria-hidden', 'true');
    const flag = document.createElement('span');
    flag.className = 'remote-flag';
    flag.dataset.move = String(this.move);
    flag.textContent = this.person.name || strings.guest;
    // A joiner keeps the caret from taking part in line breaking.
    caret.append('\u2060', flag, '\u2060');
    return caret;
  }

  override ignoreEvent(): boolean {
    return false;
  }

  override get estimatedHeight(): number {
    return -1;
  }
}

/**
 * Gives the flags that show now a place each: none covers another, none sticks out on the right or at the top, and where
 * many write at one place those who moved last are named.
 */
export function arrangeFlags(view: EditorView): void {
  view.requestMeasure({
    key: arrangeFlags,
    read: () => {
      const { top, right } = view.scrollDOM.getBoundingClientRect();
      const shown = [...view.contentDOM.querySelectorAll<HTMLElement>('.remote-flag')]
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
