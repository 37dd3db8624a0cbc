import type { FrameBlocks } from './frame-blocks.ts';

/** A line of the text and where the preview shows it, in pixels from its top. */
interface Anchor {
  readonly line: number;
  readonly top: number;
}

/** Where a line, with its fraction, is shown. */
export function topOfLine(place: HTMLElement, blocks: FrameBlocks, line: number): number {
  return between(anchorsAround(place, blocks, blocks.ofLine(line)), 'line', line);
}

/** Which line, with its fraction, is shown at a position. */
export function lineAtTop(place: HTMLElement, blocks: FrameBlocks, top: number): number {
  return between(anchorsAround(place, blocks, blocks.at(top)), 'top', top);
}

/** The beginning of a block, what in it knows its line, and the beginning of the next. */
function anchorsAround(place: HTMLElement, blocks: FrameBlocks, at: number): readonly Anchor[] {
  const block = blocks.list[at];
  if (block === undefined) return [];
  const shift = place.scrollTop - place.getBoundingClientRect().top;
  const anchors: Anchor[] = [{ line: block.line, top: block.element.offsetTop }];
  const put = (line: number, top: number) => {
    const last = anchors.at(-1);
    if (last !== undefined && line > last.line && top >= last.top) anchors.push({ line, top });
  };
  for (const inner of block.element.querySelectorAll<HTMLElement>('[data-line]')) {
    // Out of sight it is not laid out, and has no place.
    if (!inner.checkVisibility({ contentVisibilityAuto: true })) break;
    put(block.line + Number(inner.dataset.line), inner.getBoundingClientRect().top + shift);
  }
  const next = blocks.list[at + 1];
  const { offsetTop, offsetHeight } = block.element;
  put(next?.line ?? block.line + 1, next?.element.offsetTop ?? offsetTop + offsetHeight);
  return anchors;
}

function between(anchors: readonly Anchor[], known: 'line' | 'top', value: number): number {
  const wanted = known === 'line' ? 'top' : 'line';
  const after = anchors.findIndex((anchor) => anchor[known] > value);
  const low = anchors.at(after === -1 ? -1 : Math.max(0, after - 1));
  const high = after === -1 ? undefined : anchors[after];
  if (low === undefined) return 0;
  if (high === undefined || high === low || high[known] === low[known]) return low[wanted];
  const share = Math.max(0, (value - low[known]) / (high[known] - low[known]));
  return low[wanted] + share * (high[wanted] - low[wanted]);
}
