import type { ChangeSet, Text } from '@codemirror/state';

interface Version {
  readonly number: number;
  readonly text: Text;
  /** What led from the version before to this one. */
  readonly changes: ChangeSet;
}

/** Versions that are kept at most; what was drawn from an older one cannot be acted upon. */
const mostKept = 5000;

/** A text's versions since the one that the preview shows, so that a place in what is shown is found in the text of now. */
export class TextVersions {
  #kept: Version[] = [];
  #oldest: { readonly number: number; readonly text: Text };
  #newest = 0;

  constructor(text: Text) {
    this.#oldest = { number: 0, text };
  }

  /** Number of the newest version. */
  get newest(): number {
    return this.#newest;
  }

  /** Notes a change and gives the number of the version that it makes. */
  add(text: Text, changes: ChangeSet): number {
    this.#newest += 1;
    this.#kept.push({ number: this.#newest, text, changes });
    if (this.#kept.length > mostKept) this.forgetBefore(this.#kept[0]?.number ?? 0);
    return this.#newest;
  }

  /** Forgets all versions before this one. */
  forgetBefore(number: number): void {
    const at = this.#kept.findLastIndex((version) => version.number <= number);
    const oldest = this.#kept[at];
    if (oldest === undefined) return;
    this.#oldest = oldest;
    this.#kept = this.#kept.slice(at + 1);
  }

  /** The text of a version, if it is still kept. */
  text(number: number): Text | undefined {
    if (number === this.#oldest.number) return this.#oldest.text;
    return this.#kept.find((version) => version.number === number)?.text;
  }

  /** Where a place of a version is now; undefined if what was there has been deleted. */
  placeNow(number: number, from: number, to: number): number | undefined {
    let start = from;
    let end = to;
    for (const { changes } of this.#kept.filter((version) => version.number > number)) {
      start = changes.mapPos(start, 1);
      end = changes.mapPos(end, -1);
    }
    return end - start === to - from ? start : undefined;
  }
}
