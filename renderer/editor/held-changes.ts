import { ChangeSet, type Text } from '@codemirror/state';

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly insert: Text;
}

/** Changes of others that wait: what the shared text has beyond the text on the screen. */
export class HeldChanges {
  #changes: ChangeSet;

  /** Nothing waits yet; `length` is that of the text on the screen. */
  constructor(length: number) {
    this.#changes = ChangeSet.empty(length);
  }

  /** What makes the text on the screen the shared text. */
  get changes(): ChangeSet {
    return this.#changes;
  }

  /**
   * Takes in a change of the text on the screen and gives it as the shared text has to have it: before what waits at the
   * same place, so that a word which is being composed stays together.
   */
  own(changes: ChangeSet): ChangeSet {
    const shared = changes.map(this.#changes, true);
    this.#changes = this.#changes.map(changes);
    return shared;
  }

  /**
   * Takes in a change of the shared text. What touches `from` to `to` on the screen, or what waits already, waits; the
   * rest is given as the text on the screen is to have it.
   */
  others(changes: ChangeSet, screen: Text, from: number, to: number): ChangeSet {
    const held = this.#changes;
    const places = [{ from: held.mapPos(from, -1), to: held.mapPos(to, 1) }];
    held.iterChangedRanges((_from, _to, start, end) => places.push({ from: start, to: end }));
    const near: Edit[] = [];
    const far: Edit[] = [];
    changes.iterChanges((start, end, _from, _to, insert) => {
      const waits = places.some((place) => start <= place.to && end >= place.from);
      (waits ? near : far).push({ from: start, to: end, insert });
    });
    const passing = ChangeSet.of(far, changes.length, '\n');
    const waiting = ChangeSet.of(near, changes.length, '\n').map(passing);
    const here = passing.map(held.invert(screen));
    this.#changes = held.map(here).compose(waiting);
    return here;
  }

  /** Lets a change of the shared text wait, wherever it is. */
  wait(changes: ChangeSet): void {
    this.#changes = this.#changes.compose(changes);
  }
}
