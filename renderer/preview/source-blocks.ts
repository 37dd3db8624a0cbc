import type { Token } from 'markdown-it';

/** A part of a text that is shown as one element: the tokens it is made from and where it stands. */
export interface SourceBlock {
  readonly tokens: Token[];
  readonly line: number;
  readonly endLine: number;
  readonly continued: boolean;
  /** What its HTML depends on beside its source. */
  readonly context: string;
}

/** Items from which a list is shown item by item, so that an edit in one does not draw all anew. */
const longList = 40;
/** Lines of code, or rows of a table, in one element. */
const longRun = 100;
/** Tags of raw HTML that hold the blocks between them together. */
const holding = /<(\/?)(?:details|div|center|blockquote|table|ul|ol|dl|section|article|aside|p)\b[^>]*>/gi;
/** Blocks that unclosed raw HTML may take in. */
const mostHeld = 60;

/** Cuts a text's tokens into blocks of bounded size wherever Markdown allows it. */
export function sourceBlocks(tokens: readonly Token[]): readonly SourceBlock[] {
  const blocks: SourceBlock[] = [];
  const held: Token[] = [];
  let open = 0;
  let heldBlocks = 0;
  for (const group of topLevel(tokens)) {
    open += openTags(group);
    if (open > 0 && heldBlocks < mostHeld) {
      held.push(...group);
      heldBlocks += 1;
      continue;
    }
    if (held.length > 0) {
      blocks.push(block([...held.splice(0), ...group]));
    } else {
      blocks.push(...cut(group));
    }
    open = 0;
    heldBlocks = 0;
  }
  if (held.length > 0) blocks.push(block(held));
  return blocks;
}

/** Groups of tokens that stand for one block each. */
function* topLevel(tokens: readonly Token[]): Generator<Token[]> {
  yield* balanced(tokens, 0);
}

function* balanced(tokens: readonly Token[], level: number): Generator<Token[]> {
  let group: Token[] = [];
  for (const token of tokens) {
    group.push(token);
    if (token.level !== level || token.nesting === 1) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

function openTags(group: readonly Token[]): number {
  let open = 0;
  for (const token of group) {
    if (token.type !== 'html_block' || token.level > 0) continue;
    for (const [, closing] of token.content.matchAll(holding)) open += closing === '/' ? -1 : 1;
  }
  return open;
}

function cut(group: Token[]): readonly SourceBlock[] {
  const [first] = group;
  if (first === undefined) return [];
  if (first.type === 'bullet_list_open' || first.type === 'ordered_list_open') return cutList(group, first);
  if (first.type === 'table_open') return cutTable(group, first);
  return [block(group)];
}

function cutList(group: Token[], open: Token): readonly SourceBlock[] {
  const close = group.at(-1);
  const items = [...balanced(group.slice(1, -1), 1)];
  if (close === undefined || items.length < longList) return [block(group)];
  const start = Number(open.attrGet('start') ?? 1);
  return items.map((item, at) => {
    const itemOpen = cloneOf(open, item[0]?.map);
    if (open.type === 'ordered_list_open') itemOpen.attrSet('start', start + at);
    const tight = item.some(({ hidden }) => hidden) ? 'tight' : 'loose';
    return block([itemOpen, ...item, close], at > 0, `${tight} ${itemOpen.attrGet('start') ?? ''}`);
  });
}

function cutTable(group: Token[], open: Token): readonly SourceBlock[] {
  const bodyAt = group.findIndex(({ type }) => type === 'tbody_open');
  const body = group[bodyAt];
  const bodyEnd = group.findLastIndex(({ type }) => type === 'tbody_close');
  const bodyClose = group[bodyEnd];
  const close = group.at(-1);
  if (body === undefined || bodyClose === undefined || close === undefined) return [block(group)];
  const rows = [...balanced(group.slice(bodyAt + 1, bodyEnd), 2)];
  if (rows.length <= longRun) return [block(group)];
  const parts: SourceBlock[] = [];
  for (let at = 0; at < rows.length; at += longRun) {
    const part = rows.slice(at, at + longRun).flat();
    const map = part[0]?.map;
    const head = at === 0 ? group.slice(0, bodyAt + 1) : [cloneOf(open, map), cloneOf(body, map)];
    parts.push(block([...head, ...part, bodyClose, close], at > 0, 'table'));
  }
  return parts;
}

/** The same opening token at another place. */
function cloneOf(token: Token, map: [number, number] | null | undefined): Token {
  const clone: Token = Object.create(token);
  clone.attrs = token.attrs === null ? null : token.attrs.map(([name, value]) => [name, value]);
  clone.map = map ?? token.map;
  return clone;
}

function block(tokens: Token[], continued = false, context = ''): SourceBlock {
  let line = Number.POSITIVE_INFINITY;
  let endLine = 0;
  for (const { map } of tokens) {
    if (map === null) continue;
    line = Math.min(line, map[0]);
    endLine = Math.max(endLine, map[1]);
  }
  // Parts of a list or table share their opening and closing tokens' places: their own rows say where they are.
  if (continued || context !== '') endLine = Math.max(line + 1, lastOwnLine(tokens));
  return {
    tokens,
    line: Number.isFinite(line) ? line : 0,
    endLine,
    continued,
    context: `${tokens[0]?.type} ${tokens.length} ${context}`,
  };
}

function lastOwnLine(tokens: readonly Token[]): number {
  let last = 0;
  for (const token of tokens.slice(1)) {
    if (token.map !== null && token.type !== 'tbody_open') last = Math.max(last, token.map[1]);
  }
  return last;
}
