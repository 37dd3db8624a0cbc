import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Figures } from './scenario.ts';
import type { SystemName } from './systems.ts';

type ByFigure = Readonly<Record<string, readonly number[]>>;

/** All numbers of one commit, by scenario, system and figure: one a run. Also the form of the file that keeps them. */
interface Content {
  readonly commit: string;
  /** The commands that measured them, one after the other. */
  readonly commands: readonly string[];
  readonly found: Readonly<Record<string, Readonly<Partial<Record<SystemName, ByFigure>>>>>;
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
  static none(path: string, commit: string, command: string): Measurements {
    return new Measurements(path, { commit, commands: [command], found: {} });
  }

  /** Those in the file, to be added to; none where it is of another commit, which is said. */
  static async continued(path: string, commit: string, command: string): Promise<Measurements> {
    const stored: Content | undefined = await readFile(path, 'utf8').then(JSON.parse, () => undefined);
    if (stored?.commit !== commit) {
      process.stderr.write(`Nothing of ${commit} to add to: ${stored?.commit ?? 'no file'}. Begins anew.\n`);
      return Measurements.none(path, commit, command);
    }
    return new Measurements(path, { ...stored, commands: [...new Set([...stored.commands, command])] });
  }

  get commit(): string {
    return this.#content.commit;
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
