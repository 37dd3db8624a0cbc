import { Change, diff, presentableDiff } from '@codemirror/merge';

/** What turns one text into another, in the order of the text, and whether it is exact to the word everywhere. */
export interface TextDifference {
  readonly changes: readonly Change[];
  readonly exact: boolean;
}

/** Time for one comparison, in ms: beyond it what is left is compared in larger pieces. */
const budgetMs = 400;
/** Time that a changed part gets even when the whole is over its budget, in ms. */
const leastMs = 5;

/** Codes that stand for lines: every UTF-16 unit that is no half of a pair, but for the two that mean "in one text only". */
const [onlyInOld, onlyInNew, firstCode] = [0, 1, 2];
const [surrogates, afterSurrogates, lastCode] = [0xd800, 0xe000, 0xffff];

/**
 * Compares two texts, first by lines and then by words inside the lines that differ, so that a long text with many
 * changes takes milliseconds. Bounded in time: beyond it the changes are right but larger than they need be.
 */
export function textDifference(old: string, now: string): TextDifference {
  const deadline = performance.now() + budgetMs;
  const [oldLines, nowLines] = [linesOf(old), linesOf(now)];
  const codes = encodeLines(oldLines, nowLines);
  const parts =
    codes === undefined
      ? [new Change(0, oldLines.length, 0, nowLines.length)]
      : diff(codes.old, codes.now, { timeout: budgetMs / 2 });
  const [oldStarts, nowStarts] = [startsOf(oldLines), startsOf(nowLines)];
  const at = (starts: readonly number[], line: number) => starts[line] ?? 0;
  const changes: Change[] = [];
  let exact = true;
  for (const part of parts) {
    const [fromA, toA] = [at(oldStarts, part.fromA), at(oldStarts, part.toA)];
    const [fromB, toB] = [at(nowStarts, part.fromB), at(nowStarts, part.toB)];
    const timeout = Math.max(leastMs, deadline - performance.now());
    for (const one of presentableDiff(old.slice(fromA, toA), now.slice(fromB, toB), { timeout })) {
      changes.push(new Change(one.fromA + fromA, one.toA + fromA, one.fromB + fromB, one.toB + fromB));
    }
    exact &&= performance.now() <= deadline;
  }
  return { changes, exact };
}

/** The lines, each with the `\n` that ends it. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Where each line starts, and where the last one ends. */
function startsOf(lines: readonly string[]): number[] {
  const starts = [0];
  let at = 0;
  for (const line of lines) {
    at += line.length;
    starts.push(at);
  }
  return starts;
}

/** One UTF-16 unit a line, equal for equal lines; undefined where there are more different lines than units. */
function encodeLines(
  old: readonly string[],
  now: readonly string[],
): { old: string; now: string } | undefined {
  const inNow = new Set(now);
  const codes = new Map<string, number>();
  let next = firstCode;
  for (const line of old) {
    if (codes.has(line) || !inNow.has(line)) continue;
    codes.set(line, next);
    next += 1;
    if (next === surrogates) next = afterSurrogates;
    if (next > lastCode) return undefined;
  }
  const encode = (lines: readonly string[], onlyHere: number) => {
    const units = lines.map((line) => String.fromCharCode(codes.get(line) ?? onlyHere));
    return units.join('');
  };
  return { old: encode(old, onlyInOld), now: encode(now, onlyInNew) };
}
