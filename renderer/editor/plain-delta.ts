/** A change of a plain text as Yjs says it, from the start: leave, insert or delete so many UTF-16 units. */
export type PlainDelta = (
  | { readonly retain: number }
  | { readonly insert: string }
  | { readonly delete: number }
)[];

/** Steps of which neighbours of one kind are one; what would be left at the end is not said. */
export class Delta {
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
