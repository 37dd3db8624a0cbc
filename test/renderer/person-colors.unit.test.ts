import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inProject } from '../../scripts/places.ts';
import { paletteSize } from '../../sync/presence-state.ts';

const source = readFileSync(inProject('renderer', 'style', 'tokens.css'), 'utf8');
const themes = source
  .split('@media (prefers-color-scheme: dark)')
  .map(
    (part) =>
      new Map([...part.matchAll(/--([\w-]+): (#[\da-f]{3,6})\b/g)].map(([, name, value]) => [name, value])),
  );

type Rgb = readonly [number, number, number];

function rgb(theme: ReadonlyMap<string | undefined, string | undefined>, name: string): Rgb {
  const hex = theme.get(name)?.slice(1) ?? '';
  const full = hex.length === 3 ? [...hex].map((digit) => digit + digit).join('') : hex;
  expect(full, `--${name}`).toMatch(/^[\da-f]{6}$/);
  const of = (at: number) => Number.parseInt(full.slice(at, at + 2), 16);
  return [of(0), of(2), of(4)];
}

/** As `color-mix(in srgb, a share, b)`. */
function mix(a: Rgb, share: number, b: Rgb): Rgb {
  const of = (x: number, y: number) => share * x + (1 - share) * y;
  return [of(a[0], b[0]), of(a[1], b[1]), of(a[2], b[2])];
}

/** WCAG 2.2, "relative luminance" and "contrast ratio". */
function contrast(a: Rgb, b: Rgb): number {
  const luminance = (color: Rgb) => {
    const [red, green, blue] = color.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
  };
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

describe.each(['light', 'dark'])('the colours of people in the %s theme', (name) => {
  const theme = themes[name === 'light' ? 0 : 1] ?? new Map<string, string>();
  const people = Array.from({ length: paletteSize }, (_, i) => `person-${i}`);

  it.each(people)('%s carries text, as a flag, an avatar, a bar and an idle avatar', (person) => {
    const color = rgb(theme, person);
    expect(contrast(color, rgb(theme, 'on-person'))).toBeGreaterThanOrEqual(4.5);
    const idle = mix(color, 0.24, rgb(theme, 'bg'));
    expect(contrast(idle, rgb(theme, 'text'))).toBeGreaterThanOrEqual(4.5);
    // Selected text of the quietest kind stays readable.
    expect(contrast(mix(color, 0.2, rgb(theme, 'bg')), rgb(theme, 'text'))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(people)('%s is seen as a caret, and in a row that is pointed at', (person) => {
    const color = rgb(theme, person);
    for (const ground of ['bg', 'surface', 'raised', 'hover'])
      expect(contrast(color, rgb(theme, ground)), ground).toBeGreaterThanOrEqual(3);
  });

  it('no two are nearly the same', () => {
    for (const one of people) {
      for (const other of people) {
        const [a, b] = [rgb(theme, one), rgb(theme, other)];
        const distance = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
        if (one !== other) expect(distance, `${one} ${other}`).toBeGreaterThan(40);
      }
    }
  });
});
