import * as Y from 'yjs';

/** A change of a plain text as Yjs says it, from the start: leave, insert or delete so many UTF-16 units. */
export type PlainDelta = (
  | { readonly retain: number }
  | { readonly insert: string }
  | { readonly delete: number }
)[];

/** Yjs's pieces of a text in a block; a text of 1 MB that has been worked on has some 60,000. */
const defaultBlockPieces = 256;

/**
 * Gives the text's events a delta that is found where the change is: Yjs looks at every piece of the text with each change
 * of others, 10 ms and more in a text of 1 MB. Call it before whoever reads deltas observes the text; ends with the
 * returned function.
 */
export function quickDeltas(text: Y.Text, blockPieces = defaultBlockPieces): () => void {
  const blocks = new Blocks(text, blockPieces);
  const give = (event: Y.YTextEvent) => {
    const value = blocks.deltaOf(event);
    // Else Yjs works it out.
    if (value !== undefined) Object.defineProperty(event, 'delta', { value });
  };
  text.observe(give);
  return () => text.unobserve(give);
}

/** Consecutive pieces. */
interface Block {
  /** The first one; null for the start of the text. */
  readonly first: Y.Item | null;
  /** Letters that are there, in UTF-16 units. */
  length: number;
}

/** The pieces of a text in blocks whose lengths are known, so that a change is told by looking into its blocks only. */
class Blocks {
  #blocks: Block[] = [];
  readonly #starts = new Map<Y.Item | null, Block>();

  constructor(
    private readonly text: Y.Text,
    private readonly blockPieces: number,
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
      if (isNew) delta.insert(piece.content.getContent().join(''));
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

/** Steps of which neighbours of one kind are one; what would be left at the end is not said. */
class Delta {
  readonly steps: PlainDelta = [];
  #retained = 0;

  retain(length: number): void {
    this.#retained += length;
  }

  insert(letters: string): void {
    const last = this.#last();
    if (last !== undefined && 'insert' in last)
      this.steps[this.steps.length - 1] = { insert: last.insert + letters };
    else this.steps.push({ insert: letters });
  }

  delete(length: number): void {
    const last = this.#last();
    if (last !== undefined && 'delete' in last)
      this.steps[this.steps.length - 1] = { delete: last.delete + length };
    else this.steps.push({ delete: length });
  }

  /** The step that another one at this place may join. */
  #last(): PlainDelta[number] | undefined {
    if (this.#retained === 0) return this.steps.at(-1);
    this.steps.push({ retain: this.#retained });
    this.#retained = 0;
    return undefined;
  }
}
