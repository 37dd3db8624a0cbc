import * as Y from 'yjs';
import { Delta, type PlainDelta } from './plain-delta.ts';

/** Yjs's pieces of a text in a block; a text of 1 MB that has been worked on has some 60,000. */
const defaultBlockPieces = 256;

/** Consecutive pieces. */
interface Block {
  /** The first one; null for the start of the text. */
  readonly first: Y.Item | null;
  /** Letters that are there, in UTF-16 units. */
  length: number;
}

/**
 * The pieces that Yjs keeps of a text, in blocks whose lengths are known: what has changed is told, and a place found, by
 * looking into few of them.
 */
export class TextPieces {
  #blocks: Block[] = [];
  readonly #starts = new Map<Y.Item | null, Block>();

  constructor(
    readonly text: Y.Text,
    private readonly blockPieces = defaultBlockPieces,
  ) {
    this.#rebuild();
  }

  /** What has changed, while the event is told; undefined where it cannot be said. Must be asked of every event. */
  deltaOf(event: Y.YTextEvent): PlainDelta | undefined {
    const touched = this.#touched(event);
    const delta = new Delta();
    const blocks: Block[] = [];
    for (let i = 0; i < this.#blocks.length; i++) {
      const block = this.#blocks[i];
      if (block === undefined) continue;
      if (touched.has(block)) {
        const next = this.#look(block, event, delta, blocks);
        // Yjs joins pieces: a block whose first one was joined to its left has been looked through as well.
        while (i + 1 < this.#blocks.length && this.#blocks[i + 1] !== next) i = this.#forget(i + 1);
      } else {
        delta.retain(block.length);
        blocks.push(block);
      }
    }
    this.#blocks = blocks;
    if (blocks.reduce((sum, { length }) => sum + length, 0) === this.text.length) return delta.steps;
    this.#rebuild();
    return undefined;
  }

  /**
   * Calls `visit` with the pieces that are there and where each starts, from the one over the position `from` on, until it
   * gives false. Not while an event of the text is under way.
   */
  walk(from: number, visit: (piece: Y.Item, start: number) => boolean): void {
    let block = 0;
    let at = 0;
    for (; block + 1 < this.#blocks.length; block++) {
      const length = this.#blocks[block]?.length ?? 0;
      if (at + length > from) break;
      at += length;
    }
    // A first piece that Yjs has joined to its left meanwhile still leads on rightly: any change here makes its block anew.
    for (let piece = this.#blocks[block]?.first ?? this.text._start; piece !== null; piece = piece.right) {
      if (!piece.countable || piece.deleted) continue;
      if (at + piece.length > from && !visit(piece, at)) return;
      at += piece.length;
    }
  }

  /** Where a piece of the text stands, or would stand if it were there. */
  startOf(piece: Y.Item): number {
    let at = 0;
    let start: Y.Item | null = piece;
    while (start !== null && !this.#starts.has(start)) {
      start = start.left;
      if (start?.countable && !start.deleted) at += start.length;
    }
    const first = this.#starts.get(start);
    for (const block of this.#blocks) {
      if (block === first) break;
      at += block.length;
    }
    return at;
  }

  /** The blocks in which something was inserted or deleted. */
  #touched({ transaction }: Y.YTextEvent): ReadonlySet<Block> {
    const touched = new Set<Block>();
    const seen = new Set<Y.Item>();
    const touch = (struct: Y.Item | Y.GC) => {
      if (!(struct instanceof Y.Item) || struct.parent !== this.text) return;
      let piece: Y.Item | null = struct;
      while (piece !== null && !seen.has(piece) && !this.#starts.has(piece)) {
        seen.add(piece);
        piece = piece.left;
      }
      const block = piece !== null && seen.has(piece) ? undefined : this.#starts.get(piece);
      if (block !== undefined) touched.add(block);
    };
    const { beforeState, afterState, deleteSet, doc } = transaction;
    for (const [client, clock] of afterState) {
      const before = beforeState.get(client) ?? 0;
      if (clock === before) continue;
      const structs = doc.store.clients.get(client) ?? [];
      for (let i = Y.findIndexSS(structs, before); i < structs.length; i++) {
        const struct = structs[i];
        if (struct !== undefined) touch(struct);
      }
    }
    Y.iterateDeletedStructs(transaction, deleteSet, touch);
    return touched;
  }

  /** Tells what has changed in a block and puts it into `blocks`, in several where it has grown. Gives the block after it. */
  #look(block: Block, event: Y.YTextEvent, delta: Delta, blocks: Block[]): Block | undefined {
    let current = block;
    current.length = 0;
    blocks.push(current);
    let pieces = 0;
    for (let piece = block.first ?? this.text._start; piece !== null; piece = piece.right) {
      const start = pieces === 0 ? undefined : this.#starts.get(piece);
      if (start !== undefined) return start;
      pieces += 1;
      if (pieces % (2 * this.blockPieces) === 0) {
        current = { first: piece, length: 0 };
        this.#starts.set(piece, current);
        blocks.push(current);
      }
      const isNew = event.adds(piece);
      const isDeleted = piece.deleted && event.deletes(piece);
      if (piece.countable && !piece.deleted) current.length += piece.length;
      if (!piece.countable || (piece.deleted && !isDeleted) || (isNew && isDeleted)) continue;
      if (isNew) delta.insert(lettersOf(piece.content));
      else if (isDeleted) delta.delete(piece.length);
      else delta.retain(piece.length);
    }
    return undefined;
  }

  #forget(at: number): number {
    const block = this.#blocks[at];
    if (block !== undefined) this.#starts.delete(block.first);
    return at;
  }

  #rebuild(): void {
    this.#starts.clear();
    let current: Block = { first: null, length: 0 };
    this.#blocks = [current];
    this.#starts.set(null, current);
    let pieces = 0;
    for (let piece = this.text._start; piece !== null; piece = piece.right) {
      pieces += 1;
      if (pieces % this.blockPieces === 0) {
        current = { first: piece, length: 0 };
        this.#blocks.push(current);
        this.#starts.set(piece, current);
      }
      if (piece.countable && !piece.deleted) current.length += piece.length;
    }
  }
}

/** `getContent` makes an array with a string for each letter: a quarter of a second for a paste of 5 MB. */
function lettersOf(content: Y.Item['content']): string {
  return content instanceof Y.ContentString ? content.str : content.getContent().join('');
}
