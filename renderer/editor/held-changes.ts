import type { ChangeSet, Text } from '@codemirror/state';

/** Changes of others that wait: what the shared text has beyond the text on the screen. */
export class HeldChanges {
  #changes: ChangeSet;

  constructor(first: ChangeSet) {
    this.#changes = first;
  }

  /** What makes the text on the screen the shared text. */
  get changes(): ChangeSet {
    return this.#changes;
  }

  /** Length of the shared text. */
  get sharedLength(): number {
    return this.#changes.newLength;
  }

  /** Takes in a change of the text on the screen and gives it as the shared text has to have it. */
  own(changes: ChangeSet): ChangeSet {
    const shared = changes.map(this.#changes);
    this.#changes = this.#changes.map(changes, true);
    return shared;
  }

  /** Lets a later change of the shared text wait, too. */
  wait(changes: ChangeSet): void {
    this.#changes = this.#changes.compose(changes);
  }

  /**
   * Takes in a later change of the shared text that touches neither `from` to `to` nor what waits, and gives it as the
   * text on the screen has to have it; undefined where it has to wait, too.
   */
  pass(changes: ChangeSet, screen: Text, from: number, to: number): ChangeSet | undefined {
    const held = this.#changes;
    let isBeside = changes.touchesRange(held.mapPos(from, -1), held.mapPos(to, 1)) === false;
    held.iterChangedRanges((_from, _to, start, end) => {
      if (changes.touchesRange(start, end) !== false) isBeside = false;
    });
    if (!isBeside) return undefined;
    const here = changes.map(held.invert(screen));
    this.#changes = held.map(here);
    return here;
  }
}
