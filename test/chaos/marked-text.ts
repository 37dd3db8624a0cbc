import type { Patch } from '../fixtures/friends-trace.ts';
import { type Random, seededRandom } from '../fuzz/random.ts';

/**
 * How what a writer wrote is found again in a text: letters of the private use area around it, which nothing else has.
 * A token is its id between two of them; a block is an id and the text that its writer alone changes. Nobody else
 * writes inside either, so each stays whole. Between them stands filler, which anyone deletes.
 */
const marks = {
  blockStart: '\uE000',
  blockIdEnd: '\uE001',
  blockEnd: '\uE002',
  tokenStart: '\uE003',
  tokenEnd: '\uE004',
} as const;

const markedPattern =
  /\uE000([^\uE000-\uE004]*)\uE001([^\uE000-\uE004]*)\uE002|\uE003([^\uE000-\uE004]*)\uE004/g;
const anyMark = /[\uE000-\uE004]/;

/** A token as it is typed. */
export function tokenText(id: string): string {
  return `${marks.tokenStart}${id}${marks.tokenEnd}`;
}

/** A block as it is begun or pasted. */
export function blockText(id: string, body: string): string {
  return `${marks.blockStart}${id}${marks.blockIdEnd}${body}${marks.blockEnd}`;
}

/** Where the body of a block stands in a text; undefined where the block is not there. */
export function findBody(
  content: string,
  id: string,
): { readonly start: number; readonly end: number } | undefined {
  const head = `${marks.blockStart}${id}${marks.blockIdEnd}`;
  const at = content.indexOf(head);
  if (at === -1) return undefined;
  const start = at + head.length;
  return { start, end: content.indexOf(marks.blockEnd, start) };
}

/** A random place outside of all tokens and blocks. */
export function placeOutside(content: string, random: Random): number {
  const at = random.below(content.length + 1);
  if (at === 0) return 0;
  const before = (mark: string) => content.lastIndexOf(mark, at - 1);
  const opened = Math.max(before(marks.blockStart), before(marks.tokenStart));
  if (opened <= Math.max(before(marks.blockEnd), before(marks.tokenEnd))) return at;
  const end = content[opened] === marks.blockStart ? marks.blockEnd : marks.tokenEnd;
  return content.indexOf(end, at) + 1;
}

/** A random run of filler, where there is any. */
export function someFiller(
  content: string,
  random: Random,
): { readonly start: number; readonly length: number } | undefined {
  const runs: { start: number; length: number }[] = [];
  let from = 0;
  const gapUpTo = (end: number) => {
    if (end > from) runs.push({ start: from, length: end - from });
  };
  for (const found of content.matchAll(markedPattern)) {
    gapUpTo(found.index);
    from = found.index + found[0].length;
  }
  gapUpTo(content.length);
  if (runs.length === 0) return undefined;
  const run = random.pick(runs);
  const skipped = random.below(run.length);
  return { start: run.start + skipped, length: 1 + random.below(run.length - skipped) };
}

/** What stands in a text: each token's count, each block's bodies, and whether a mark stands where none belongs. */
export interface MarkedText {
  readonly tokens: ReadonlyMap<string, number>;
  readonly blocks: ReadonlyMap<string, readonly string[]>;
  readonly torn: boolean;
}

/** Reads a text. */
export function readMarked(content: string): MarkedText {
  const tokens = new Map<string, number>();
  const blocks = new Map<string, string[]>();
  for (const [, block, body = '', token] of content.matchAll(markedPattern)) {
    if (token !== undefined) tokens.set(token, (tokens.get(token) ?? 0) + 1);
    else if (block !== undefined) blocks.set(block, [...(blocks.get(block) ?? []), body]);
  }
  return { tokens, blocks, torn: anyMark.test(content.replace(markedPattern, '')) };
}

/** A change of a trace where it fits into a body of this length: the trace's author had also seen what the other one wrote. */
export function fittedPatch([position, deleted, inserted]: Patch, length: number): Patch {
  const at = Math.min(position, length);
  return [at, Math.min(deleted, length - at), inserted];
}

/** The body of a block after these changes. */
export function typedBody(patches: readonly Patch[]): string {
  return patches.reduce((body, patch) => {
    const [at, deleted, inserted] = fittedPatch(patch, body.length);
    return body.slice(0, at) + inserted + body.slice(at + deleted);
  }, '');
}

const pastedLetters = [...'abcdefghijklmnopqrstuvwxyz', ' ', '\n', 'é', 'ж', '語', '😀'];

/** A text to paste, of about this many letters, that does not deflate to nothing. */
export function pastedBody(seed: number, letters: number): string {
  const random = seededRandom(seed);
  return Array.from({ length: letters }, () => random.pick(pastedLetters)).join('');
}
