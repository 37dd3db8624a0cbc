import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { carryOut } from './carry-out.ts';
import { ChaosRig } from './chaos-rig.ts';
import { type Act, type ActType, planOf } from './plan.ts';
import type { ChaosPrograms } from './programs.ts';

/** What a run saw that is wrong, and what it did. */
export interface ChaosReport {
  readonly seed: number;
  readonly problems: readonly string[];
  /** How often acts of each kind were really carried out. */
  readonly carriedOut: ReadonlyMap<ActType, number>;
  /** Why acts of a kind were not, in a sentence. */
  readonly notRun: ReadonlyMap<ActType, string>;
  /** Steps of all writers; every one of them is looked for at the end. */
  readonly steps: number;
  readonly undone: number;
  /** How often somebody said saved, and how often the disk was read to see whether that was so. */
  readonly claims: number;
  readonly audits: number;
  /** Entries that snapshots have replaced. */
  readonly compacted: number;
  readonly elapsedMs: number;
}

/** Carries out a plan with real processes and says what is wrong: on the way, and after everything has been mended. */
export async function runChaos(
  seed: number,
  programs: ChaosPrograms,
  plan: readonly Act[] = planOf(seed),
): Promise<ChaosReport> {
  const startedAt = Date.now();
  const folder = await mkdtemp(join(tmpdir(), 'inkroom-chaos-'));
  const rig = await ChaosRig.in(folder, {
    seed,
    programs,
    canFill: plan.some(({ type }) => type === 'fill-disk'),
  });
  const carriedOut = new Map<ActType, number>();
  const notRun = new Map<ActType, string>();
  try {
    await rig.begin();
    for (const act of plan) {
      const reason = await carryOut(rig, act);
      if (reason === undefined) carriedOut.set(act.type, (carriedOut.get(act.type) ?? 0) + 1);
      else notRun.set(act.type, reason);
    }
    await rig.mendAndCheck();
  } catch (error) {
    rig.problems.push(error instanceof Error ? `${error.message}\n${error.stack}` : String(error));
    rig.problems.push(`the relay said: ${rig.relay.output}`);
  } finally {
    await rig.close();
    await rm(folder, { recursive: true, force: true });
  }
  const { problems, claims, audits, snapshotSeq: compacted } = rig;
  const { steps, undone } = rig.ledger;
  return {
    seed,
    problems,
    carriedOut,
    notRun,
    steps,
    undone,
    claims,
    audits,
    compacted,
    elapsedMs: Date.now() - startedAt,
  };
}

/** The line that replays a plan. */
export function replayLine(seed: number, only?: readonly ActType[]): string {
  return `SEED=${seed}${only === undefined ? '' : ` FAULTS=${only.join(',')}`} npm run test:chaos`;
}
