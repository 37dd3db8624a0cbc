import type { Env } from 'markdown-it';
import { type ColourCode, markdownParser } from './markdown-parser.ts';
import type { PreviewBlock } from './messages.ts';
import { type SourceBlock, sourceBlocks } from './source-blocks.ts';

/** Longest source, in UTF-16 units, of a block that is read as Markdown; a longer one cannot be cut and is shown as it is written. */
const maxSource = 32 * 1024;
/** Lines of plain text in one element, where a block is shown as it is written, and its longest line's parts. */
const plainLines = 100;
const plainLength = 8 * 1024;
/** Lines of code in one element. */
const codeLines = 100;

/**
 * Reads a text again and again, quickly where most of it is as it was: HTML is made only for blocks that were not there
 * the time before.
 */
export class MarkdownBlocks {
  readonly #parser: ReturnType<typeof markdownParser>;
  #kept = new Map<string, readonly string[]>();
  #definitions = '';

  constructor(mark: string, colour: ColourCode) {
    this.#parser = markdownParser(mark, colour);
  }

  /** Makes HTML anew for all code, since a language is known now that was not. */
  forgetCode(): void {
    for (const key of this.#kept.keys()) if (/```|~~~/.test(key)) this.#kept.delete(key);
  }

  /** The whole text in blocks, in order. */
  read(text: string): readonly PreviewBlock[] {
    const env: Env = {};
    const found = sourceBlocks(this.#parser.blocks(text, env));
    const definitions = JSON.stringify(env.references ?? {});
    if (definitions !== this.#definitions) this.#kept.clear();
    this.#definitions = definitions;
    const lines = text.split('\n');
    const kept = new Map<string, readonly string[]>();
    const blocks: PreviewBlock[] = [];
    for (const block of found) {
      const source = lines.slice(block.line, block.endLine).join('\n');
      const key = `${block.context}\n${source}`;
      const parts = kept.get(key) ?? this.#kept.get(key) ?? this.#parts(block, source, env);
      kept.set(key, parts);
      // Where a block was too long for one element, its parts share its lines evenly.
      const step = parts.length > 1 ? (block.endLine - block.line) / parts.length : 0;
      for (const [at, html] of parts.entries()) {
        // Definitions of links are in no place of what is read.
        if (html === '') continue;
        blocks.push({
          html,
          line: block.line + Math.floor(at * step),
          continued: block.continued || at > 0,
        });
      }
    }
    this.#kept = kept;
    return blocks;
  }

  #parts(block: SourceBlock, source: string, env: Env): readonly string[] {
    const [only] = block.tokens;
    const isCode = block.tokens.length === 1 && (only?.type === 'fence' || only?.type === 'code_block');
    if (!isCode && source.length > maxSource) return this.#asWritten(source);
    const html = this.#parser.html(block.tokens, env);
    return isCode ? codeInParts(html) : [html];
  }

  #asWritten(source: string): readonly string[] {
    const pieces: string[] = [];
    let piece: string[] = [];
    let length = 0;
    const end = () => {
      if (piece.length > 0) pieces.push(`<p>${this.#parser.escape(piece.join('\n'))}</p>`);
      piece = [];
      length = 0;
    };
    for (const line of source.split('\n')) {
      for (const part of inPieces(line)) {
        if (piece.length >= plainLines || length + part.length > plainLength) end();
        piece.push(part);
        length += part.length;
      }
    }
    end();
    return pieces;
  }
}

/** A line of any length in pieces, cut at a space where there is one near. */
function* inPieces(line: string): Generator<string> {
  let from = 0;
  do {
    const space = line.lastIndexOf(' ', from + plainLength);
    const cutsShort = from + plainLength < line.length && space > from + plainLength / 2;
    const to = cutsShort ? space + 1 : from + plainLength;
    yield line.slice(from, to);
    from = to;
  } while (from < line.length);
}

/** Code of many lines in several elements; each line's HTML is whole, as colours end with the line. */
function codeInParts(html: string): readonly string[] {
  const lines = html.split('\n');
  if (lines.length <= codeLines) return [html];
  const open = /^<pre[^>]*><code>/.exec(html)?.[0] ?? '<pre><code>';
  const body = html.slice(open.length, html.lastIndexOf('</code></pre>')).split('\n');
  const parts: string[] = [];
  for (let from = 0; from < body.length; from += codeLines) {
    parts.push(`${open}${body.slice(from, from + codeLines).join('\n')}</code></pre>`);
  }
  return parts;
}
