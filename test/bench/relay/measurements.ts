import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Figures } from './scenario.ts';
import type { SystemName } from './systems.ts';

type ByFigure = Readonly<Record<string, readonly number[]>>;

/** All numbers of one build of the relay, by scenario, system and figure: one a run. Also the form of the file that keeps them. */
interface Content {
  /** Of the relay's program. */
  readonly build: string;
  /** The commits at which it was measured: the benchmark may have changed between them, the relay has not. */
  readonly commits: readonly string[];
  /** The commands that measured them, one after the other. */
  readonly commands: readonly string[];
  readonly found: Readonly<Record<string, Readonly<Partial<Record<SystemName, ByFigure>>>>>;
}

/** What is measured: the relay's program, and the commit of everything around it. */
export interface Measured {
  readonly build: string;
  readonly commit: string;
}

/** What was measured. The file has every addition, so that a run that is cut keeps what it has, and a later one may go on. */
export class Measurements {
  readonly #path: string;
  #content: Content;

  private constructor(path: string, content: Content) {
    this.#path = path;
    this.#content = content;
  }

  /** None yet; the file is written at the first addition. */
  static none(path: string, { build, commit }: Measured, command: string): Measurements {
    return new Measurements(path, { build, commits: [commit], commands: [command], found: {} });
  }

  /** Those in the file, to be added to; none where it is of another build, which is said. */
  static async continued(path: string, { build, commit }: Measured, command: string): Promise<Measurements> {
    const stored: Content | undefined = await readFile(path, 'utf8').then(JSON.parse, () => undefined);
    if (stored?.build !== build) {
      process.stderr.write(`Nothing of this build to add to: ${stored?.build ?? 'no file'}. Begins anew.\n`);
      return Measurements.none(path, { build, commit }, command);
    }
    const commits = [...new Set([...stored.commits, commit])];
    return new Measurements(path, {
      ...stored,
      commits,
      commands: [...new Set([...stored.commands, command])],
    });
  }

  get commits(): readonly string[] {
    return this.#content.commits;
  }

  get commands(): readonly string[] {
    return this.#content.commands;
  }

  /** Whether there is a number. */
  has(scenario: string, system: SystemName): boolean {
    return this.#content.found[scenario]?.[system] !== undefined;
  }

  /** Names of a system's figures in a scenario. */
  figures(scenario: string, system: SystemName): readonly string[] {
    return Object.keys(this.#content.found[scenario]?.[system] ?? {});
  }

  /** All numbers of a figure. */
  values(scenario: string, system: SystemName, figure: string): readonly number[] {
    return this.#content.found[scenario]?.[system]?.[figure] ?? [];
  }

  async add(scenario: string, system: SystemName, figures: Figures): Promise<void> {
    const { found } = this.#content;
    const byFigure: Record<string, readonly number[]> = { ...found[scenario]?.[system] };
    for (const [name, value] of Object.entries(figures)) byFigure[name] = [...(byFigure[name] ?? []), value];
    const bySystem = { ...found[scenario], [system]: byFigure };
    this.#content = { ...this.#content, found: { ...found, [scenario]: bySystem } };
    await mkdir(dirname(this.#path), { recursive: true });
    await writeFile(this.#path, JSON.stringify(this.#content, undefined, 1));
  }
}
