import { describe, expect, it } from 'vitest';
import { type Flag, type FlagPlace, placeFlags } from '../../renderer/editor/flag-places.ts';

const area = { top: 100, right: 800 };

function flagAt(left: number, top: number, width = 60): Flag {
  return { left, top, bottom: top + 20, width, height: 18 };
}

function boxOf(flag: Flag, { level, turned }: FlagPlace) {
  const left = turned ? flag.left - flag.width : flag.left;
  const top = level < 0 ? flag.bottom - (level + 1) * flag.height : flag.top - (level + 1) * flag.height;
  return { left, right: left + flag.width, top, bottom: top + flag.height };
}

describe('name flags', () => {
  it('stand above their carets where nothing is in the way', () => {
    const place = { level: 0, turned: false, hidden: false };
    expect(placeFlags([flagAt(0, 300), flagAt(60, 300), flagAt(0, 340)], area)).toEqual([
      place,
      place,
      place,
    ]);
  });

  it('at one place are stacked, above and then below, and those beyond are not shown', () => {
    const places = placeFlags(
      Array.from({ length: 20 }, () => flagAt(50, 300)),
      area,
    );
    expect(places.slice(0, 5).map(({ level }) => level)).toEqual([0, 1, 2, -1, -2]);
    expect(places.map(({ hidden }) => hidden).lastIndexOf(false)).toBe(4);
  });

  it('go below where the upper edge is near, and to the left where the right one is', () => {
    expect(placeFlags([flagAt(790, 105)], area)).toEqual([{ level: -1, turned: true, hidden: false }]);
  });

  it('never cover each other, wherever they are', () => {
    const flags = Array.from({ length: 200 }, (_, i) =>
      flagAt((i * 37) % 780, 90 + ((i * 53) % 400), 40 + (i % 7) * 20),
    );
    const boxes = placeFlags(flags, area).flatMap((place, i) => {
      const flag = flags[i];
      return place.hidden || flag === undefined ? [] : [boxOf(flag, place)];
    });
    expect(boxes.length).toBeGreaterThan(30);
    for (const [i, a] of boxes.entries()) {
      for (const b of boxes.slice(i + 1)) {
        const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
        expect(apart, JSON.stringify([a, b])).toBe(true);
      }
    }
  });
});
