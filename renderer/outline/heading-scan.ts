import type { Text } from '@codemirror/state';

/** A heading as the outline shows it. */
export interface Heading {
  /** 1 to 6. */
  readonly level: number;
  /** Without marks; may be empty. */
  readonly text: string;
  /** Where its line begins. */
  readonly from: number;
}

/** Lines read between two moments at which the work may pause; well under 1 ms. */
const linesAtOnce = 400;
/** Longest heading shown, in UTF-16 units. */
const maxLength = 200;

const atx = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))??(?:[ \t]+#+)?[ \t]*$/;
const underline = /^ {0,3}(?:(=)=*|--*)[ \t]*$/;
const fence = /^((?:[ \t>]|[-+*][ \t]|\d{1,9}[.)][ \t])*)(`{3,}(?=[^`]*$)|~{3,})/;
const notParagraph =
  /^(?: {4}|\t| {0,3}(?:>|[-+*](?:[ \t]|$)|\d{1,9}[.)][ \t]|\||<[a-z!/?]|(?:[-*_][ \t]*){3,}$))/i;
const listItem = /^[ \t]*(?:[-+*]|\d{1,9}[.)])[ \t]/;
const rawHtml = /^ {0,3}(?:<(script|pre|style|textarea)\b|<!--)/i;

/** Finds the headings of a Markdown text, line by line: each `next()` is some lines, and the last one returns them all. */
export function* scanHeadings(text: Text): Generator<undefined, readonly Heading[]> {
  const found: Heading[] = [];
  let paragraph: { readonly from: number; text: string } | undefined;
  let openFence: { readonly mark: string; readonly indent: number } | undefined;
  let endOfHtml: RegExp | undefined;
  let inList = false;
  let from = 0;
  let count = 0;
  for (const line of text.iterLines()) {
    const start = from;
    from += line.length + 1;
    count += 1;
    if (count % linesAtOnce === 0) yield undefined;
    if (openFence !== undefined) {
      const { mark, indent } = openFence;
      const leftList = inList && indent > 1 && line !== '' && indentOf(line) === 0;
      if (!leftList && !closes(line, mark)) continue;
      openFence = undefined;
      if (!leftList) continue;
    }
    if (endOfHtml !== undefined) {
      if (endOfHtml.test(line)) endOfHtml = undefined;
      continue;
    }
    const opening = fence.exec(line);
    if (opening !== null && (inList || indentOf(line) < 4)) {
      const [, before = '', mark = ''] = opening;
      if (listItem.test(before)) inList = true;
      openFence = { mark, indent: before.length };
      paragraph = undefined;
      continue;
    }
    const html = rawHtml.exec(line);
    if (html !== null) {
      const end = html[1] === undefined ? /-->/ : new RegExp(`</${html[1]}>`, 'i');
      if (!end.test(line)) endOfHtml = end;
      paragraph = undefined;
      continue;
    }
    const heading = atx.exec(line);
    const under: RegExpExecArray | null = paragraph === undefined ? null : underline.exec(line);
    if (heading !== null) {
      found.push({ level: (heading[1] ?? '').length, text: plain(heading[2] ?? ''), from: start });
      paragraph = undefined;
      inList = false;
    } else if (under !== null && paragraph !== undefined) {
      found.push({
        level: under[1] === undefined ? 2 : 1,
        text: plain(paragraph.text),
        from: paragraph.from,
      });
      paragraph = undefined;
    } else if (line.trim() === '') {
      paragraph = undefined;
    } else if (paragraph !== undefined && !listItem.test(line)) {
      if (paragraph.text.length < maxLength) paragraph.text += ` ${line.trim()}`;
    } else {
      if (listItem.test(line)) inList = true;
      else if (indentOf(line) === 0) inList = false;
      paragraph = notParagraph.test(line) || inList ? undefined : { from: start, text: line.trim() };
    }
  }
  return found;
}

function indentOf(line: string): number {
  return /^\s*/.exec(line)?.[0].length ?? 0;
}

function closes(line: string, mark: string): boolean {
  const found = line.replace(/^[\s>]*/, '').trimEnd();
  return found.length >= mark.length && found === mark.charAt(0).repeat(found.length);
}

/** A heading's words without links, emphasis, code marks and tags. */
function plain(text: string): string {
  return text
    .slice(0, 4 * maxLength)
    .replace(/!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replace(/<[^<>]+>/g, '')
    .replace(/(\*{1,3}|_{1,3}|~~|`+)(?=\S)(.*?\S)\1/g, '$2')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .trim()
    .slice(0, maxLength);
}
