import type { PreviewBlock, PreviewPatch } from './messages.ts';

/** Blocks in one patch, so that none takes the frame long. */
const mostInOne = 200;

/** What changes in the preview from one reading to the next, in parts that are applied one after the other. */
export function patchesBetween(
  before: readonly PreviewBlock[],
  after: readonly PreviewBlock[],
  movedLines: number,
  version: number,
): readonly PreviewPatch[] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && isSame(before[start], after[start], 0)) start += 1;
  let end = 0;
  while (
    end < shorter - start &&
    isSame(before[before.length - 1 - end], after[after.length - 1 - end], movedLines)
  )
    end += 1;
  const remove = before.length - start - end;
  const insert = after.slice(start, after.length - end);
  const patches: PreviewPatch[] = [];
  for (let from = 0; from === 0 || from < insert.length; from += mostInOne) {
    const isFirst = from === 0;
    const isLast = from + mostInOne >= insert.length;
    patches.push({
      version,
      from: start + from,
      remove: isFirst ? remove : 0,
      insert: insert.slice(from, from + mostInOne),
      shift: isLast ? movedLines : 0,
      more: !isLast,
    });
  }
  return patches;
}

function isSame(a: PreviewBlock | undefined, b: PreviewBlock | undefined, movedLines: number): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.html === b.html &&
    a.continued === b.continued &&
    a.line + movedLines === b.line
  );
}
