/** A name flag at a caret, in px of the window. */
export interface Flag {
  /** Upper left corner of the caret, and its lower edge. */
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
  readonly width: number;
  readonly height: number;
}

/** The part of the window in which flags can be seen. */
export interface FlagArea {
  readonly top: number;
  readonly right: number;
}

/** Where a flag stands: so many flags above its caret (below it where negative), to its left where `turned`; `hidden` without room. */
export interface FlagPlace {
  readonly level: number;
  readonly turned: boolean;
  readonly hidden: boolean;
}

/** In order of preference: -1 is right below the caret. More would name people far away from their carets. */
const levels = [0, 1, 2, -1, -2] as const;

/** Gives each flag a place where none before it stands, so that no name covers another one; the first have the first choice. */
export function placeFlags(flags: readonly Flag[], area: FlagArea): readonly FlagPlace[] {
  const taken: {
    readonly left: number;
    readonly right: number;
    readonly top: number;
    readonly bottom: number;
  }[] = [];
  return flags.map(({ left, top, bottom, width, height }) => {
    const turned = left + width > area.right;
    const from = turned ? left - width : left;
    for (const level of levels) {
      const y = level < 0 ? bottom - (level + 1) * height : top - (level + 1) * height;
      const place = { left: from, right: from + width, top: y, bottom: y + height };
      const isFree = taken.every(
        (other) =>
          place.left >= other.right ||
          place.right <= other.left ||
          place.top >= other.bottom ||
          place.bottom <= other.top,
      );
      if (y < area.top || !isFree) continue;
      taken.push(place);
      return { level, turned, hidden: false };
    }
    return { level: 0, turned, hidden: true };
  });
}
