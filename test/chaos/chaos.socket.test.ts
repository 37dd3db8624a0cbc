import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChaosReport, replayLine, runChaos } from './chaos-run.ts';
import { type ActType, actTypes, plansPerDeck } from './plan.ts';
import { buildPrograms, type ChaosPrograms } from './programs.ts';

/** Four decks: every fault four times. `npm run test:chaos` runs hundreds of plans. */
const plans = 4 * plansPerDeck;
/** Most of a plan is waiting. */
const atOnce = 4;
/** A busy computer needs a multiple of the minute that this takes. */
const allPlansMs = 900_000;

describe('real processes in trouble', () => {
  let programs: ChaosPrograms;
  beforeAll(async () => {
    programs = await buildPrograms();
  });
  afterAll(() => programs.remove());

  it(
    `[G1] [G2] [G3] [G4] [G9] ${plans} seeded plans end with equal copies, a fresh joiner equal to them, every edit once, and nothing that was said to be saved missing`,
    async ({ annotate }) => {
      const reports: ChaosReport[] = [];
      const failures: string[] = [];
      const seeds = Array.from({ length: plans }, (_, index) => index + 1);
      const worker = async () => {
        for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
          const report = await runChaos(seed, programs);
          reports.push(report);
          if (report.problems.length === 0) continue;
          // Plans under way end and clean up; the others need not begin.
          seeds.splice(0);
          failures.push(`${replayLine(seed)} replays it: ${report.problems.join('\n')}`);
        }
      };
      await Promise.all(Array.from({ length: atOnce }, worker));
      expect(failures).toEqual([]);

      // A plan that could not do what it is for has shown nothing.
      const carriedOut = (type: ActType) =>
        reports.reduce((sum, report) => sum + (report.carriedOut.get(type) ?? 0), 0);
      const reasons = new Map(reports.flatMap(({ notRun }) => [...notRun]));
      for (const type of actTypes) {
        const reason = reasons.get(type) ?? '';
        if (type === 'fill-disk' && carriedOut(type) === 0 && reason.includes('tmpfs'))
          await annotate(`fill-disk was not run: ${reason}`, 'warning');
        else expect(carriedOut(type), `${type} was never carried out: ${reason}`).toBeGreaterThan(0);
      }
      const sum = (of: (report: ChaosReport) => number) =>
        reports.reduce((total, report) => total + of(report), 0);
      expect(sum(({ steps }) => steps) / plans, 'next to nothing was written').toBeGreaterThan(100);
      expect(
        sum(({ undone }) => undone),
        'nothing was undone',
      ).toBeGreaterThan(0);
      expect(sum(({ claims }) => claims) / plans, 'hardly anybody said saved').toBeGreaterThan(3);
      expect(
        sum(({ compacted }) => compacted),
        'nothing was compacted',
      ).toBeGreaterThan(10);
      expect(sum(({ audits }) => audits) / plans, 'the disk was hardly looked at').toBeGreaterThan(1);
    },
    allPlansMs,
  );
});
