import MarkdownIt, { type Env, type Token } from 'markdown-it';

/** Reads blocks at once for a whole text and what is inside them only when a block is shown. */
export interface MarkdownParser {
  /** The blocks of a text, with link definitions gathered in `env`. */
  blocks(text: string, env: Env): readonly Token[];
  /** HTML of some of them. */
  html(tokens: Token[], env: Env): string;
  escape(text: string): string;
}

/** Gives the coloured lines of code as HTML, or undefined while its language is not known. */
export type ColourCode = (code: string, language: string) => readonly string[] | undefined;

/** Letters of an address that are looked at. */
const longestAddress = 2000;

const taskMark = /^\[([ xX])\](?=\s)/;

/** GFM: tables, struck text, bare addresses, tasks and raw HTML. Names of attributes given here begin with `data-` and `mark`. */
export function markdownParser(mark: string, colour: ColourCode): MarkdownParser {
  const outer = new MarkdownIt({ html: true });
  outer.core.ruler.enableOnly(['normalize', 'block']);
  const inner = new MarkdownIt({ html: true, linkify: true });
  inner.core.ruler.enableOnly(['inline', 'linkify', 'text_join']);
  // As GFM has it: an address begins with its kind or `www.`. `notes.py` is a file, not a place in Paraguay.
  inner.linkify.set({ fuzzyLink: false });
  inner.linkify.add('www.', {
    validate: (text, pos, linkify) => {
      const asUrl = `//www.${text.slice(pos, pos + longestAddress)}`;
      return Math.max(0, linkify.testSchemaAt(asUrl, 'http:', 0) - '//www.'.length);
    },
    normalize: (match) => {
      match.url = `http://${match.url}`;
    },
  });
  const { rules } = inner.renderer;
  const { escapeHtml } = inner.utils;

  const code = (token: Token, language: string): string => {
    const text = token.content.replace(/\n$/, '');
    const lines = colour(text, language);
    return `<pre${inner.renderer.renderAttrs(token)}><code>${lines?.join('\n') ?? escapeHtml(text)}</code></pre>\n`;
  };
  rules.code_block = (tokens, at) => withToken(tokens, at, (token) => code(token, ''));
  rules.fence = (tokens, at) =>
    withToken(tokens, at, (token) => code(token, token.info.trim().split(/[\s{]/, 1)[0] ?? ''));
  rules.list_item_open = (tokens, at) =>
    withToken(tokens, at, (token) => {
      const open = `<li${inner.renderer.renderAttrs(token)}>`;
      const task = token.attrGet(`data-${mark}-task`);
      if (task === null) return open;
      return `${open}<input type="checkbox" data-${mark}-box="${task}">`;
    });

  return {
    blocks: (text, env) => outer.parse(text, env),
    html: (tokens, env) => {
      const start = tokens[0]?.map?.[0] ?? 0;
      for (const [at, token] of tokens.entries()) {
        if (token.map !== null && token.nesting >= 0 && token.type !== 'inline')
          token.attrSet(`data-${mark}-line`, String(token.map[0] - start));
        alignCell(token);
        takeTask(tokens, at, mark);
      }
      const state = new inner.core.State('', inner, env);
      state.tokens = tokens;
      inner.core.process(state);
      return inner.renderer.render(tokens, inner.options, env);
    },
    escape: escapeHtml,
  };
}

function withToken(tokens: Token[], at: number, write: (token: Token) => string): string {
  const token = tokens[at];
  return token === undefined ? '' : write(token);
}

/** The alignment of a cell without a style, which the sanitiser would take away. */
function alignCell(token: Token): void {
  const style = token.attrGet('style');
  if (style === null) return;
  token.attrs = (token.attrs ?? []).filter(([name]) => name !== 'style');
  token.attrSet('align', String(style).replace('text-align:', ''));
}

/** Takes `[ ]` or `[x]` from the beginning of an item and notes it at the item. */
function takeTask(tokens: readonly Token[], at: number, mark: string): void {
  const token = tokens[at];
  const item = tokens[at - 2];
  if (token?.type !== 'inline' || item?.type !== 'list_item_open') return;
  const task = taskMark.exec(token.content);
  if (task === null) return;
  token.content = token.content.slice(task[0].length).trimStart();
  item.attrSet(`data-${mark}-task`, task[1] === ' ' ? 'open' : 'done');
}
