import { type Extension, StateEffect, StateField } from '@codemirror/state';
import {
  type EditorView,
  type PluginValue,
  showTooltip,
  type Tooltip,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import { documentCommands, isMac, keysInWords } from '../bridge.ts';
import { strings } from '../strings.ts';

const bubbleShown = StateEffect.define<boolean>();

/** A button at a selection that has been made, by which it is commented on. */
export function commentBubble(onComment: () => void): Extension {
  const create = () => {
    const dom = document.createElement('div');
    dom.className = 'comment-bubble';
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'quiet';
    button.textContent = strings.comments.comment;
    button.title = keysInWords(documentCommands.comments, isMac);
    // Else the text would lose its selection before the click.
    button.addEventListener('mousedown', (event) => event.preventDefault());
    button.addEventListener('click', onComment);
    dom.append(button);
    return { dom };
  };
  const bubble = StateField.define<Tooltip | null>({
    create: () => null,
    update: (shown, transaction) => {
      let isShown = shown !== null;
      for (const each of transaction.effects) if (each.is(bubbleShown)) isShown = each.value;
      const { head, anchor, empty } = transaction.state.selection.main;
      if (!isShown || empty) return null;
      const isSame = shown?.pos === head && shown.above === head < anchor;
      return isSame ? shown : { pos: head, above: head < anchor, create };
    },
    provide: (field) => showTooltip.from(field),
  });
  return [
    bubble,
    ViewPlugin.define((view) => new BubbleTiming(view, () => view.state.field(bubble) !== null)),
  ];
}

/** Shows the button when a selection is made, not while the mouse is still making it, and takes it away with the focus. */
class BubbleTiming implements PluginValue {
  #isPressed = false;
  #frame: number | undefined;

  constructor(
    private readonly view: EditorView,
    private readonly isShown: () => boolean,
  ) {
    view.contentDOM.addEventListener('mousedown', this.#pressed);
    window.addEventListener('mouseup', this.#released);
    view.dom.addEventListener('focusout', this.#lookSoon);
  }

  update({ selectionSet, focusChanged, state }: ViewUpdate): void {
    if ((selectionSet || focusChanged) && !state.selection.main.empty) this.#lookSoon();
  }

  destroy(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.view.contentDOM.removeEventListener('mousedown', this.#pressed);
    window.removeEventListener('mouseup', this.#released);
    this.view.dom.removeEventListener('focusout', this.#lookSoon);
  }

  readonly #pressed = (): void => {
    this.#isPressed = true;
    this.#lookSoon();
  };

  readonly #released = (): void => {
    this.#isPressed = false;
    if (!this.view.state.selection.main.empty) this.#lookSoon();
  };

  readonly #lookSoon = (): void => {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      const { view } = this;
      const inText =
        view.dom.contains(document.activeElement) && document.activeElement?.closest('.cm-panel') === null;
      const isWanted = !this.#isPressed && inText && !view.state.selection.main.empty;
      if (isWanted !== this.isShown()) view.dispatch({ effects: bubbleShown.of(isWanted) });
    });
  };
}
