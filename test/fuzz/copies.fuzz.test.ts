import { describe, expect, it } from 'vitest';
import { runInMemory } from './memory-run.ts';
import { actTypes } from './plan.ts';
import { runOverSockets } from './socket-run.ts';

/** `SEED=n` replays one plan; without it `PLANS=n` of each kind run. */
const onlySeed = process.env.SEED === undefined ? undefined : Number(process.env.SEED);
const plans = Number(process.env.PLANS ?? 500);
const planLength = 40;
/** A plan takes a twentieth of this, on a computer that does nothing else. */
const longestPlanMs = 1000;

function replay(seed: number): string {
  return `SEED=${seed} replays it: SEED=${seed} npm run test:fuzz`;
}

describe('copies over an in-memory network', () => {
  for (const [name, first, compact] of [
    ['typing, drops, crashes and restarts', 1, false],
    ['the same with compaction after every few entries', 10_001, true],
  ] as const)
    it(
      `[G2] [G3] [G4] ${plans} seeded plans of ${name} end with equal copies and every token once`,
      async () => {
        const all = Array.from({ length: plans }, (_, i) => first + i);
        const seeds = all.filter((seed) => onlySeed === undefined || seed === onlySeed);
        if (seeds.length === 0) return;
        let snapshots = 0;
        let cuts = 0;
        let entries = 0;
        let savedMoments = 0;
        let repeated = 0;
        const carriedOut = new Set<string>();
        for (const seed of seeds) {
          const report = await runInMemory(seed, planLength, { compact });
          snapshots += report.snapshots;
          expect(report.problems, replay(seed)).toEqual([]);
          expect(report.cuts, `${replay(seed)}: a plan without a cut shows nothing`).toBeGreaterThan(0);
          cuts += report.cuts;
          entries += report.entries;
          savedMoments += report.savedMoments;
          repeated += report.repeated;
          for (const type of report.carriedOut.keys()) carriedOut.add(type);
        }
        expect(entries / seeds.length, 'the plans wrote next to nothing').toBeGreaterThan(5);
        expect(cuts / seeds.length).toBeGreaterThan(1);
        expect(savedMoments / seeds.length).toBeGreaterThan(3);
        if (onlySeed === undefined) {
          expect([...carriedOut].sort()).toEqual([...actTypes].sort());
          expect(repeated, 'the relay took next to no entry twice').toBeGreaterThan(seeds.length / 10);
        }
        if (compact)
          expect(snapshots / seeds.length, 'the plans compacted next to nothing').toBeGreaterThan(1);
      },
      plans * longestPlanMs,
    );

  it('[G3] one entry lost on purpose and claimed as stored is found', async () => {
    const reports = [];
    for (let seed = 1; seed <= 5; seed++)
      reports.push(await runInMemory(seed, planLength, { sabotage: 'lose-an-append' }));
    for (const { problems } of reports) expect(problems.join('\n')).toMatch(/saved before it was/);
  });
});

describe('copies over real sockets', () => {
  for (const [transports, first, count] of [
    ['any', 1001, 60],
    ['polling-only', 2001, 20],
  ] as const) {
    it(`[G2] [G3] [G4] [G9] ${count} seeded plans with transports ${transports} end with equal copies and every token once`, async () => {
      const isMine = (seed: number) => seed >= first && seed < first + count;
      const seeds = Array.from({ length: count }, (_, i) => first + i).filter(
        (seed) => onlySeed === undefined || seed === onlySeed,
      );
      if (onlySeed !== undefined && !isMine(onlySeed)) return;
      let entries = 0;
      // A few at once: most of a run is waiting.
      const queue = [...seeds];
      const worker = async () => {
        for (let seed = queue.shift(); seed !== undefined; seed = queue.shift()) {
          const report = await runOverSockets(seed, planLength, transports);
          expect(report.problems, replay(seed)).toEqual([]);
          expect(report.cuts, `${replay(seed)}: a plan without a cut shows nothing`).toBeGreaterThan(0);
          entries += report.entries;
        }
      };
      await Promise.all(Array.from({ length: 4 }, worker));
      expect(entries / seeds.length, 'the plans wrote next to nothing').toBeGreaterThan(5);
    });
  }
});
