import type { System, SystemName } from './systems.ts';

/** What a scenario found for one system, by the figure's name. */
export type Figures = Readonly<Record<string, number>>;

export interface ScenarioOptions {
  /** Shorter windows, fewer sizes: to see that it works, not to believe the figures. */
  readonly quick: boolean;
}

/** One situation in which servers are measured. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** Measured in every run. */
  readonly systems: readonly SystemName[];
  /** Measured in the first run only: not compared with, but good to know. */
  readonly context: readonly SystemName[];
  run(system: System, options: ScenarioOptions): Promise<Figures>;
}

/** A line about how a scenario goes, for whoever watches. */
export function note(line: string): void {
  process.stderr.write(`    ${line}\n`);
}
