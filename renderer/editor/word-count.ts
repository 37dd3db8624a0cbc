import { type ReadonlySignal, signal } from '@preact/signals';

/** A text of any length that gives out pieces of itself, as CodeMirror's `Text` does. */
export interface SliceableText {
  readonly length: number;
  sliceString(from: number, to?: number): string;
}

/** A word is letters and digits with apostrophes or hyphens between them; each Han or Kana character is one of its own. */
const words =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[\p{L}\p{M}\p{N}]+(?:['’-][\p{L}\p{M}\p{N}]+)*/gu;

/** UTF-16 units counted at once; about 1 ms, so that a slice ends soon after its time is over. */
const pieceLength = 16 * 1024;

/** Longest piece that is kept whole because it has no space to cut at. */
const longestWord = 256;

/** Number of words in a text. */
export function countWords(text: string): number {
  return text.match(words)?.length ?? 0;
}

/** What is counted in a text. */
export interface Counts {
  readonly words: number;
  /** Code points without line ends. */
  readonly characters: number;
}

/** The second unit of a pair, or the end of a line. */
const notCharacters = /[\n\udc00-\udfff]/g;

/** Number of code points in a text, line ends left out. */
export function countCharacters(text: string): number {
  return text.length - (text.match(notCharacters)?.length ?? 0);
}

/** Counts piece by piece: each `next()` is one piece, and the last one returns the numbers. */
export function* countInPieces(text: SliceableText): Generator<undefined, Counts> {
  let total = 0;
  let characters = 0;
  let from = 0;
  while (from < text.length) {
    const piece = text.sliceString(from, from + pieceLength);
    const isLast = from + piece.length >= text.length;
    const used = isLast ? piece.length : cutAtSpace(piece);
    const counted = piece.slice(0, used);
    total += countWords(counted);
    characters += countCharacters(counted);
    from += used;
    yield undefined;
  }
  return { words: total, characters };
}

function cutAtSpace(piece: string): number {
  for (let end = piece.length; end > piece.length - longestWord; end--) {
    if (/\s/.test(piece.charAt(end - 1))) return end;
  }
  return piece.length;
}

/** What a counter needs of its surroundings. */
export interface CountingTime {
  now(): number;
  /** Calls back after about `delayMs`; the returned function calls it off. */
  after(delayMs: number, callback: () => void): () => void;
}

/** Time a slice may take, and the rest between two, so that typing never waits for the count. */
const sliceMs = 6;
const restMs = 8;
/** Time without a change after which a text is counted. */
const quietMs = 300;

/** Counts the words of a changing text in the background, never more than some 8 ms at once. */
export class WordCounter {
  readonly #count = signal<Counts | undefined>(undefined);
  #callOff: () => void = () => {};

  constructor(private readonly time: CountingTime) {}

  /** As last counted; undefined before the first time, and after `stop`. */
  get count(): ReadonlySignal<Counts | undefined> {
    return this.#count;
  }

  /** Starts counting this text soon, in place of any other. */
  changed(text: SliceableText): void {
    this.#callOff();
    const isFirst = this.#count.peek() === undefined;
    this.#callOff = this.time.after(isFirst ? 0 : quietMs, () => this.#slice(countInPieces(text)));
  }

  /** Ends it. */
  stop(): void {
    this.#callOff();
    this.#count.value = undefined;
  }

  #slice(counting: Generator<undefined, Counts>): void {
    const startMs = this.time.now();
    while (this.time.now() - startMs < sliceMs) {
      const step = counting.next();
      if (step.done === true) {
        this.#count.value = step.value;
        return;
      }
    }
    this.#callOff = this.time.after(restMs, () => this.#slice(counting));
  }
}
