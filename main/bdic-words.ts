/** A node of the tree: what follows one letter. Its children's letters differ; 0 is the end of a word. */
interface Node {
  readonly letter: number;
  readonly form: 'leaf' | 'list8' | 'list16' | 'lookup16' | 'lookup32';
  readonly children: readonly Node[];
  /** Of a leaf: the rest of its only word, and that word's flag groups. */
  readonly rest: string;
  readonly groups: readonly number[];
  /** With all below it. */
  readonly bytes: number;
}

/** The largest flag group that fits beside a leaf's mark; this value more says that all are in the list behind it. */
const maxGroupInLeaf = 0x1ffe;
const allInList = 0x1fff;
/** As many as Chromium reads of one word. */
const maxGroups = 32;
const endOfGroups = 0xffff;
/** The count of a list has four bits. */
const maxListed = 15;
const none: readonly never[] = [];

/** The words of a dictionary as a tree of letters, which are bytes of UTF-8. */
export class WordTrie {
  readonly #words: readonly string[];
  readonly #groups: ReadonlyMap<string, readonly number[]>;
  readonly #root: Node;

  constructor(groups: ReadonlyMap<string, readonly number[]>) {
    this.#groups = groups;
    this.#words = [...groups.keys()].sort();
    this.#root = this.#node(0, this.#words.length, 0, 0);
  }

  /** The tree for a file in which it begins at this offset. */
  bytesAt(offset: number): Buffer {
    const output = Buffer.alloc(this.#root.bytes);
    write(this.#root, output, 0, offset);
    return output;
  }

  /** The words from `begin` to before `end`, which share their first `depth` letters. */
  #node(begin: number, end: number, depth: number, letter: number): Node {
    const first = this.#words[begin] ?? '';
    if (end - begin <= 1) return leaf(letter, first.slice(depth), this.#groups.get(first) ?? [0]);
    const children: Node[] = [];
    let from = begin;
    while (from < end) {
      const next = letterAt(this.#words[from], depth);
      let to = from + 1;
      while (to < end && letterAt(this.#words[to], depth) === next) to += 1;
      children.push(this.#node(from, to, depth + 1, next));
      from = to;
    }
    return branch(letter, children);
  }
}

function letterAt(word: string | undefined, at: number): number {
  return word !== undefined && at < word.length ? word.charCodeAt(at) : 0;
}

function leaf(letter: number, rest: string, groups: readonly number[]): Node {
  // Largest first, as Chromium's own files have them.
  const kept =
    groups.length === 1 ? groups : groups.toSorted((one, other) => other - one).slice(0, maxGroups);
  const listed = listedGroups(kept);
  const bytes = 2 + (rest === '' ? 0 : rest.length + 1) + (listed.length === 0 ? 0 : 2 * listed.length + 2);
  return { letter, form: 'leaf', children: none, rest, groups: kept, bytes };
}

function listedGroups(groups: readonly number[]): readonly number[] {
  if ((groups[0] ?? 0) > maxGroupInLeaf) return groups;
  return groups.length <= 1 ? none : groups.slice(1);
}

function branch(letter: number, children: readonly Node[]): Node {
  let below = 0;
  for (const child of children) below += child.bytes;
  const [form, head] = branchForm(children, below);
  return { letter, form, children, rest: '', groups: none, bytes: head + below };
}

/** The smallest form that holds a branch, and its bytes without its children's. */
function branchForm(children: readonly Node[], below: number): readonly [Node['form'], number] {
  const count = children.length;
  if (count <= maxListed && below <= 0xff) return ['list8', 1 + 2 * count];
  if (count <= maxListed && below <= 0xffff) return ['list16', 1 + 3 * count];
  const { hasEnd, width } = tableOf(children);
  const entries = width + (hasEnd ? 1 : 0);
  const narrow = 3 + 2 * entries;
  return narrow + below < 0xffff ? ['lookup16', narrow] : ['lookup32', 3 + 4 * entries];
}

/** A table has an entry for each letter from the first to the last, and one before them for the end of a word. */
function tableOf(children: readonly Node[]): { hasEnd: boolean; firstLetter: number; width: number } {
  const hasEnd = children[0]?.letter === 0;
  const firstLetter = children[hasEnd ? 1 : 0]?.letter ?? 0;
  return { hasEnd, firstLetter, width: (children.at(-1)?.letter ?? 0) - firstLetter + 1 };
}

/** Writes a node at a place of the output, which begins at `base` in the file. */
function write(node: Node, output: Buffer, at: number, base: number): void {
  switch (node.form) {
    case 'leaf':
      writeLeaf(node, output, at);
      return;
    case 'list8':
    case 'list16':
      writeList(node, output, at, base);
      return;
    case 'lookup16':
    case 'lookup32':
      writeTable(node, output, at, base);
  }
}

function writeLeaf({ rest, groups }: Node, output: Buffer, at: number): void {
  const listed = listedGroups(groups);
  const first = listed.length === groups.length ? allInList : (groups[0] ?? 0);
  const marks = (rest === '' ? 0 : 0x40) | (listed.length === 0 ? 0 : 0x20);
  let to = output.writeUInt16BE((marks << 8) | first, at);
  if (rest !== '') to += output.write(`${rest}\0`, to, 'latin1');
  if (listed.length === 0) return;
  for (const group of [...listed, endOfGroups]) to = output.writeUInt16LE(group, to);
}

function writeList({ form, children }: Node, output: Buffer, at: number, base: number): void {
  const isWide = form === 'list16';
  let entry = output.writeUInt8((isWide ? 0xf0 : 0xe0) | children.length, at);
  const begin = entry + children.length * (isWide ? 3 : 2);
  let to = begin;
  for (const child of children) {
    entry = output.writeUInt8(child.letter, entry);
    entry = isWide ? output.writeUInt16LE(to - begin, entry) : output.writeUInt8(to - begin, entry);
    write(child, output, to, base);
    to += child.bytes;
  }
}

function writeTable({ form, children }: Node, output: Buffer, at: number, base: number): void {
  const isWide = form === 'lookup32';
  const { hasEnd, firstLetter, width } = tableOf(children);
  output.writeUInt8(0xc0 | (isWide ? 2 : 0) | (hasEnd ? 1 : 0), at);
  output.writeUInt8(firstLetter, at + 1);
  const entries = output.writeUInt8(width, at + 2);
  const entryBytes = isWide ? 4 : 2;
  let to = entries + (width + (hasEnd ? 1 : 0)) * entryBytes;
  for (const child of children) {
    const place = child.letter === 0 ? 0 : child.letter - firstLetter + (hasEnd ? 1 : 0);
    const entry = entries + place * entryBytes;
    // Wide places count from the beginning of the file, narrow ones from that of the node.
    if (isWide) output.writeUInt32LE(base + to, entry);
    else output.writeUInt16LE(to - at, entry);
    write(child, output, to, base);
    to += child.bytes;
  }
}
