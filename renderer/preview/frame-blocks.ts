import type { PreviewPatch } from './messages.ts';

/** One element of the preview. Its HTML is undefined once it is drawn. */
export interface FrameBlock {
  readonly element: HTMLElement;
  html: string | undefined;
  line: number;
}

/** Time a slice of drawing may take, and the rest between two, so that a page that shares this thread can go on. */
const sliceMs = 6;
const restMs = 4;

/** For blocks that are not drawn yet: their likely height from their letters. */
const lettersInLine = 90;
const lineHeightPx = 27;

/** The preview's elements: put in place at once, drawn in slices, the visible ones first. */
export class FrameBlocks {
  readonly list: FrameBlock[] = [];
  readonly #waiting = new Set<FrameBlock>();
  #drawing = false;

  /** `onDrawn` is called after each slice that has changed something. */
  constructor(
    private readonly place: HTMLElement,
    private readonly sanitise: (html: string) => DocumentFragment,
    private readonly onDrawn: () => void,
  ) {}

  /** Takes over what has changed; blocks that are the same stay as they are. */
  apply({ from, remove, insert, shift }: PreviewPatch): void {
    const both = Math.min(remove, insert.length);
    for (const [at, block] of insert.slice(0, both).entries()) {
      const old = this.list[from + at];
      if (old === undefined) continue;
      old.line = block.line;
      old.element.classList.toggle('continued', block.continued);
      this.#draw(old, block.html);
    }
    const after = this.list[from + remove]?.element ?? null;
    for (const gone of this.list.splice(from + both, remove - both)) {
      gone.element.remove();
      this.#waiting.delete(gone);
    }
    const added = insert.slice(both).map((block) => {
      const element = document.createElement('div');
      element.className = block.continued ? 'block continued' : 'block';
      const lines = Math.max(1, Math.ceil(block.html.length / lettersInLine));
      element.style.containIntrinsicSize = `auto ${lines * lineHeightPx}px`;
      const added: FrameBlock = { element, html: undefined, line: block.line };
      this.#draw(added, block.html);
      return added;
    });
    const elements = document.createDocumentFragment();
    elements.append(...added.map(({ element }) => element));
    this.place.insertBefore(elements, after);
    this.list.splice(from + both, 0, ...added);
    if (shift !== 0) {
      for (let at = from + insert.length; at < this.list.length; at++) {
        const block = this.list[at];
        if (block !== undefined) block.line += shift;
      }
    }
  }

  /** Number of the block that a position from the top of the preview is in. */
  at(top: number): number {
    return this.#last(({ element }) => element.offsetTop <= top);
  }

  /** Number of the block that a line is in. */
  ofLine(line: number): number {
    return this.#last((block) => block.line <= line);
  }

  /** The block that holds an element. */
  holding(element: Element): FrameBlock | undefined {
    const holder = element.closest('.block');
    return this.list.find((block) => block.element === holder);
  }

  /** Whether all is drawn. */
  get isDrawn(): boolean {
    return this.#waiting.size === 0;
  }

  #last(holds: (block: FrameBlock) => boolean): number {
    let low = 0;
    let high = this.list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const block = this.list[middle];
      if (block !== undefined && holds(block)) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  #draw(block: FrameBlock, html: string): void {
    block.html = html;
    this.#waiting.add(block);
    if (this.#drawing) return;
    this.#drawing = true;
    setTimeout(() => this.#slice());
  }

  #slice(): void {
    const startMs = performance.now();
    for (const block of this.#inOrder()) {
      const { html } = block;
      block.html = undefined;
      this.#waiting.delete(block);
      if (html !== undefined) replaceContent(block.element, this.sanitise(html));
      if (performance.now() - startMs > sliceMs) break;
    }
    this.onDrawn();
    this.#drawing = this.#waiting.size > 0;
    if (this.#drawing) setTimeout(() => this.#slice(), restMs);
  }

  /** The visible blocks that wait, then the others as they came. */
  *#inOrder(): Generator<FrameBlock> {
    const top = this.place.scrollTop;
    for (let at = this.at(top); at < this.list.length; at++) {
      const block = this.list[at];
      if (block === undefined || block.element.offsetTop > top + this.place.clientHeight) break;
      if (block.html !== undefined) yield block;
    }
    yield* this.#waiting;
  }
}

/** Puts something in the place of what a block holds; a link or task in it that has the focus keeps it. */
function replaceContent(element: HTMLElement, content: DocumentFragment): void {
  const stops = () => [...element.querySelectorAll<HTMLElement>('a, input')];
  const focused = stops().findIndex((stop) => stop.matches(':focus'));
  element.replaceChildren(content);
  stops()[focused]?.focus({ preventScroll: true });
}
