import { ChangeSet, Text } from '@codemirror/state';
import { patchesBetween } from './block-patch.ts';
import { CodeColours } from './code-colours.ts';
import { MarkdownBlocks } from './markdown-blocks.ts';
import type { PreviewBlock, ReaderOrder } from './messages.ts';

/** Shortest rest between two readings; a reading that took longer is followed by a rest as long as itself. */
const shortestRestMs = 40;

/** Reads one text in a thread of its own as it changes, and tells the preview's frame what is new. */
class Reader {
  readonly #markdown: MarkdownBlocks;
  #text: Text;
  #shown: readonly PreviewBlock[] = [];
  #shownLines: number;
  #version: number;
  #waiting = false;
  #restUntilMs = 0;

  constructor(
    text: string,
    version: number,
    mark: string,
    private readonly frame: MessagePort,
  ) {
    const colours = new CodeColours(mark, () => {
      this.#markdown.forgetCode();
      this.#readSoon();
    });
    this.#markdown = new MarkdownBlocks(mark, colours.colour);
    this.#text = Text.of(text.split('\n'));
    this.#shownLines = this.#text.lines;
    this.#version = version;
    this.#readSoon();
  }

  change(changes: unknown, version: number): void {
    this.#text = ChangeSet.fromJSON(changes).apply(this.#text);
    this.#version = version;
    this.#readSoon();
  }

  #readSoon(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    setTimeout(() => this.#read(), Math.max(0, this.#restUntilMs - performance.now()));
  }

  #read(): void {
    this.#waiting = false;
    const startMs = performance.now();
    const blocks = this.#markdown.read(this.#text.toString());
    const movedLines = this.#text.lines - this.#shownLines;
    for (const patch of patchesBetween(this.#shown, blocks, movedLines, this.#version))
      this.frame.postMessage(patch);
    this.#shown = blocks;
    this.#shownLines = this.#text.lines;
    const endMs = performance.now();
    this.#restUntilMs = endMs + Math.max(shortestRestMs, endMs - startMs);
  }
}

let reader: Reader | undefined;
self.addEventListener('message', ({ data }: MessageEvent<ReaderOrder>) => {
  if (data.type === 'open') reader = new Reader(data.text, data.version, data.mark, data.frame);
  else reader?.change(data.changes, data.version);
});
