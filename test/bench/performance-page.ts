import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { inProject } from '../../scripts/places.ts';

const page = inProject('docs', 'performance.md');
const heading =
  '# How fast it is\n\nEach section is written by the command it names, between two marks; what is said outside them is written by hand.\n';

/** Writes a section of docs/performance.md anew and leaves everything outside its marks as it is. */
export function writeSection(name: string, markdown: string): void {
  const [begin, end] = [`<!-- ${name}: written by its command -->`, `<!-- end of ${name} -->`];
  const section = `${begin}\n${markdown.trim()}\n${end}`;
  const before = existsSync(page) ? readFileSync(page, 'utf8') : heading;
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  const after =
    from === -1 || to === -1
      ? `${before.trimEnd()}\n\n${section}\n`
      : before.slice(0, from) + section + before.slice(to + end.length);
  writeFileSync(page, after);
}

/** One line about the machine, for a section. */
export function machineLine(): string {
  const [cpu] = cpus();
  const memory = `${Math.round(totalmem() / 1024 ** 3)} GB`;
  return `${cpu?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${memory}, Linux ${release().split('-')[0]}, Node ${process.versions.node}`;
}

/** The commit that is measured, marked where files differ from it. */
export function commitName(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: inProject(), encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--', 'protocol', 'sync', 'relay-server', 'renderer') !== '';
  return `${git('rev-parse', '--short=10', 'HEAD')}${changed ? ' with changes' : ''}`;
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Median of the runs, with the least and the greatest: `12 (11–15)`. */
export function spread(values: readonly number[], digits = 0): string {
  const sorted = [...values].sort((one, other) => one - other);
  const show = (value: number | undefined) =>
    value === undefined
      ? '–'
      : value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${show(quantile(sorted, 0.5))} (${show(sorted[0])}–${show(sorted.at(-1))})`;
}

/** The value below which this share of them lies; undefined where there is none. */
export function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
