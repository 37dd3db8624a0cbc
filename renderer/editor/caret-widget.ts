import { type EditorView, WidgetType } from '@codemirror/view';
import { type Person, personClass } from '../person.ts';
import { strings } from '../strings.ts';

/** Someone's caret with a flag that carries their name. `move` rises with each movement and brings the flag back. */
export class CaretWidget extends WidgetType {
  constructor(
    private readonly person: Person,
    private readonly move: number,
  ) {
    super();
  }

  override eq(other: CaretWidget): boolean {
    const { clientId, name, color } = this.person;
    const { person } = other;
    const isSamePerson = person.clientId === clientId && person.name === name && person.color === color;
    return isSamePerson && other.move === this.move;
  }

  override toDOM(): HTMLElement {
    const caret = document.createElement('span');
    caret.className = `remote-caret ${personClass(this.person.color)}`;
    caret.setAttribute('aria-hidden', 'true');
    const flag = document.createElement('span');
    flag.className = 'remote-flag';
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

/** Turns the flags that would stick out on the right, so that no name is cut and nothing scrolls sideways. */
export function placeFlags(view: EditorView): void {
  view.requestMeasure({
    key: placeFlags,
    read: () => {
      const edge = view.scrollDOM.getBoundingClientRect().right - 8;
      const flags = [...view.contentDOM.querySelectorAll<HTMLElement>('.remote-flag')];
      return flags.map((flag) => {
        const caret = flag.parentElement?.getBoundingClientRect().left ?? 0;
        return { flag, turned: caret + flag.offsetWidth > edge };
      });
    },
    write: (flags) => {
      for (const { flag, turned } of flags) flag.classList.toggle('turned', turned);
    },
  });
}
