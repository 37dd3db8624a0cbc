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

const authorStyle = readFileSync(inProject('renderer', 'style', 'authors.css'), 'utf8');
const codeStyle = readFileSync(inProject('renderer', 'style', 'code.css'), 'utf8');

/** Shares of a mix in the style sheet of "Who wrote what", from 0 to 1. */
function shares(pattern: RegExp): readonly number[] {
  const found = [...authorStyle.matchAll(pattern)].map(([, percent]) => Number(percent) / 100);
  expect(found.length, String(pattern)).toBeGreaterThan(0);
  return found;
}

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

/** CIE 1976 L*a*b* of an sRGB colour, D65. */
function lab(color: Rgb): Rgb {
  const [r = 0, g = 0, b = 0] = color.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const f = (t: number) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** The difference ΔE*ab, of which 2 to 3 is just seen side by side. */
function difference(one: Rgb, other: Rgb): number {
  const [a, b] = [lab(one), lab(other)];
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
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

  it('tint text so that no two tints look the same, and all that stands on them is read', () => {
    const [share = 0] = shares(/\.author \{\n\s+background: color-mix\(in srgb, var\(--person\) (\d+)%/g);
    const strength = Math.max(
      ...shares(/--tinted-[\w-]+: color-mix\(in srgb, var\(--[\w-]+\) (\d+)%, var\(--text\)/g),
    );
    const tints = people.map((person) => mix(rgb(theme, person), share, rgb(theme, 'bg')));
    const quiet = [...authorStyle.matchAll(/--tinted-([\w-]+):/g)].map(([, of = '']) => of);
    const code = codeStyle.split('@media (prefers-color-scheme: dark)')[name === 'light' ? 0 : 1] ?? '';
    const codeColors = [...code.matchAll(/--(code-[\w-]+): (#[\da-f]{6})/g)];
    expect(quiet.sort()).toEqual([...codeColors.map(([, of]) => of), 'accent', 'muted'].sort());
    const all = new Map([...theme, ...codeColors.map(([, of, value]) => [of, value] as const)]);
    for (const [i, tint] of tints.entries()) {
      expect(difference(tint, rgb(theme, 'bg')), `person-${i}`).toBeGreaterThan(10);
      for (const other of tints.slice(i + 1))
        expect(difference(tint, other), `person-${i}`).toBeGreaterThan(7);
      expect(contrast(tint, rgb(theme, 'text'))).toBeGreaterThanOrEqual(4.5);
      for (const of of quiet)
        expect(contrast(tint, mix(rgb(all, of), strength, rgb(theme, 'text'))), of).toBeGreaterThanOrEqual(
          4.5,
        );
    }
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
