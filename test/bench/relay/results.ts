import { readFile, writeFile } from 'node:fs/promises';
import { inProject } from '../../../scripts/places.ts';
import { machineLine, table, writeSection } from '../performance-page.ts';
import { fsyncPaces } from './fsync-cost.ts';
import { median } from './latencies.ts';
import type { Measurements } from './measurements.ts';
import type { Figures, Scenario } from './scenario.ts';
import { type SystemName, systems } from './systems.ts';
import { targets, verdict } from './targets.ts';

export interface ResultsOptions {
  readonly scenarios: readonly Pick<Scenario, 'name' | 'title' | 'systems'>[];
  readonly measurements: Measurements;
  /** Whether the figures go into the documentation once there are all: those of a quick run do not. */
  readonly documented: boolean;
}

const preface = `## The relay beside its peers

The relay, comparable servers and the least that a server must do, one after the other on one machine: server on one core,
load generator on another (\`taskset\`), raw clients, real keystrokes. The relay runs as it is shipped: an edit is synced to disk
before anyone else gets it, entries are sealed, the log is LevelDB. Peers run their own servers with their own defaults and
keep nothing on disk. A delivery is one edit that reaches one other person. Latency is from handing an edit to the sender's
socket to reading it at another member. Where the generator's CPU is near one core, a figure is the generator's. Columns without
a spread were measured in the first run only.`;

/** What the benchmark has found so far, as tables. Written after every addition. */
export class Results {
  readonly #found: Measurements;
  readonly #options: ResultsOptions;

  constructor(options: ResultsOptions) {
    this.#options = options;
    this.#found = options.measurements;
  }

  async add(scenario: string, system: SystemName, figures: Figures): Promise<void> {
    await this.#found.add(scenario, system, figures);
    const text = await this.text();
    await writeFile(inProject('test-results', 'bench-relay.md'), `${text}\n`);
    if (this.#options.documented && this.#isWhole) writeSection('bench:relay', text);
  }

  /** All numbers of a figure. */
  values(scenario: string, system: SystemName, figure: string): readonly number[] {
    return this.#found.values(scenario, system, figure);
  }

  /** Targets and figures as Markdown: medians, and the lowest and highest where there was more than one run. */
  async text(): Promise<string> {
    const tables = this.#options.scenarios
      .filter(({ name }) => this.#columns(name).length > 0)
      .map(({ name, title }) => `### ${title}\n\n${this.#table(name)}`);
    const commands = this.#found.commands.map((command) => `\`${command}\``).join(', ');
    const parts = [
      preface,
      `${commands}, at ${this.#found.commits.join(', ')}. ${await machine()}`,
      this.#fsync(),
      `### Targets\n\n${this.#targets()}`,
      ...tables,
    ];
    return parts.join('\n\n');
  }

  /** Whether everything that is compared was measured. */
  get #isWhole(): boolean {
    return this.#options.scenarios.every(({ name, systems: compared }) =>
      compared.every((system) => this.#found.has(name, system)),
    );
  }

  #fsync(): string {
    const costs = fsyncPaces.map((pace) => {
      const [p50, p99] = ['p50', 'p99'].map((percentile) =>
        cell(this.values('fsync', 'Inkroom', `write and fdatasync, ${pace}: ${percentile}, ms`)),
      );
      return `${pace} p50 ${p50} ms, p99 ${p99} ms`;
    });
    return `A write and fdatasync in the relay's file system and on its core, nothing else going on: ${costs.join('; ')}.`;
  }

  #targets(): string {
    const rows = targets.flatMap((target) => {
      const found = verdict(this, target);
      if (found === undefined) return [];
      return [[target.text, short(found.measured), short(found.bound), found.met ? 'yes' : '**no**']];
    });
    return table(['Target', 'measured', 'bound', 'met'], rows);
  }

  #table(scenario: string): string {
    const columns = this.#columns(scenario);
    const names = new Set(columns.flatMap((name) => this.#found.figures(scenario, name)));
    const rows = [...names].map((figure) => [
      figure,
      ...columns.map((name) => cell(this.values(scenario, name, figure))),
    ]);
    return table(['', ...columns], rows);
  }

  #columns(scenario: string): SystemName[] {
    return Object.values(systems)
      .map(({ name }) => name)
      .filter((name) => this.#found.has(scenario, name));
  }
}

function cell(values: readonly number[]): string {
  if (values.length === 0) return '';
  const middle = short(median(values));
  if (values.length === 1) return middle;
  return `${middle} (${short(Math.min(...values))}–${short(Math.max(...values))})`;
}

function short(value: number): string {
  if (Number.isInteger(value)) return String(value);
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toPrecision(2);
}

async function machine(): Promise<string> {
  const peers: { readonly dependencies: Readonly<Record<string, string>> } = JSON.parse(
    await readFile(inProject('test', 'bench', 'package.json'), 'utf8'),
  );
  const versions = Object.entries(peers.dependencies).map(([name, version]) => `${name} ${version}`);
  return `${machineLine()}. ${versions.join(', ')}. Medians, with the lowest and the highest where there was more than one run.`;
}
