/** A search for a regular expression in a whole text, as it goes to the worker. */
export interface ExpressionJob {
  readonly job: number;
  readonly text: string;
  readonly source: string;
  readonly caseSensitive: boolean;
  readonly wholeWord: boolean;
  /** Matches after which the search ends. */
  readonly maxMatches: number;
  /** What matches are to be replaced with, and the start of the only one that is; all where it is undefined. */
  readonly replace?: { readonly template: string; readonly at?: number };
}

/** What was found: start and end of each match, in UTF-16 units, and what goes in place of each that is to be replaced. */
export type ExpressionAnswer =
  | {
      readonly job: number;
      readonly result: 'found';
      readonly spans: Int32Array;
      readonly inserts: readonly string[];
      readonly more: boolean;
    }
  | { readonly job: number; readonly result: 'wrong'; readonly reason: string };

/** What the worker says of a job: that it looks for it now, and then the answer. */
export type ExpressionNews = ExpressionAnswer | { readonly job: number; readonly result: 'begun' };

const letters = '[\\p{L}\\p{M}\\p{N}_]';

/** Searches. It may take for ever: expressions can be written whose time grows with two to the length of the text. */
export function searchExpression(job: ExpressionJob): ExpressionAnswer {
  let expression: RegExp;
  try {
    expression = new RegExp(job.source, flags(job));
    if (job.wholeWord) expression = new RegExp(`(?<!${letters})(?:${job.source})(?!${letters})`, flags(job));
  } catch (error) {
    return { job: job.job, result: 'wrong', reason: reasonOf(error) };
  }
  const spans: number[] = [];
  const inserts: string[] = [];
  let count = 0;
  for (let match = expression.exec(job.text); match !== null; match = expression.exec(job.text)) {
    const [whole] = match;
    if (whole === '') expression.lastIndex = after(job.text, match.index);
    const { replace } = job;
    if (replace?.at !== undefined && match.index < replace.at) continue;
    if (count === job.maxMatches || (replace?.at !== undefined && match.index > replace.at))
      return { job: job.job, result: 'found', spans: Int32Array.from(spans), inserts, more: true };
    count += 1;
    spans.push(match.index, match.index + whole.length);
    if (replace !== undefined) inserts.push(fill(replace.template, match));
  }
  return { job: job.job, result: 'found', spans: Int32Array.from(spans), inserts, more: false };
}

function flags({ caseSensitive }: ExpressionJob): string {
  return caseSensitive ? 'gmu' : 'gmui';
}

/** The position after a whole character, for going on after an empty match. */
function after(text: string, index: number): number {
  return index + ((text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1);
}

/** The engine's own words without the expression itself, such as `Unterminated group`. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.slice(message.lastIndexOf(': ') + 1).trim();
}

/** A replacement with its groups filled in: `$1`, `$<name>`, `$&`, `$$`, and `\n` and `\t` for a line end and a tab. */
export function fill(template: string, match: RegExpExecArray): string {
  return template.replace(/\\([nt\\])|\$(?:(\$|&)|(\d{1,2})|<([^>]*)>)/g, (...parts) => {
    const [all, escaped, sign, number, name] = parts as (string | undefined)[];
    if (escaped !== undefined) return { n: '\n', t: '\t' }[escaped] ?? '\\';
    if (sign !== undefined) return sign === '$' ? '$' : match[0];
    if (name !== undefined) return match.groups?.[name] ?? '';
    const group = Number(number);
    if (group > 0 && group < match.length) return match[group] ?? '';
    // `$12` is the first group and a 2 where there are fewer than twelve.
    const first = Number(number?.[0]);
    if (number?.length === 2 && first > 0 && first < match.length)
      return (match[first] ?? '') + (number[1] ?? '');
    return all ?? '';
  });
}
