import { buildDist } from '../../scripts/build.ts';
import { replayLine, runChaos } from './chaos-run.ts';
import { actTypes, planOf } from './plan.ts';
import { buildPrograms } from './programs.ts';

/**
 * Runs plans over real processes, one line each: `PLANS=n` of them (200) from seed `FROM=s` (1), `AT_ONCE=n` at a time (2);
 * a signal ends the run after the plans that have begun. `SEED=s` runs one alone, and `FAULTS=kill-relay,cut` draws from these kinds only. Ends with 1 when anything was wrong.
 */
const number = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);
const only = process.env.SEED;
const first = only === undefined ? number('FROM', 1) : Number(only);
const plans = only === undefined ? number('PLANS', 200) : 1;
const atOnce = number('AT_ONCE', 2);
const kinds = process.env.FAULTS?.split(',');
const faults = kinds === undefined ? undefined : actTypes.filter((type) => kinds.includes(type));
if (faults?.length === 0) throw new Error(`FAULTS are some of ${actTypes.join(', ')}`);
const startedAt = Date.now();

await buildDist(['relay']);
const programs = await buildPrograms();
const seeds = Array.from({ length: plans }, (_, index) => first + index);
const failed: number[] = [];
const carriedOut = new Map<string, number>();
const notRun = new Map<string, string>();
let done = 0;
// What has begun is ended in order: a plan may have mounted a disk.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => seeds.splice(0));

async function worker(): Promise<void> {
  for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
    const report = await runChaos(seed, programs, planOf(seed, faults));
    done += 1;
    for (const [type, times] of report.carriedOut) carriedOut.set(type, (carriedOut.get(type) ?? 0) + times);
    for (const [type, reason] of report.notRun) notRun.set(type, reason);
    const { steps, claims, audits, compacted, elapsedMs, problems } = report;
    const verdict = problems.length === 0 ? 'good' : 'WRONG';
    const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
    process.stdout.write(
      `${done}/${plans} seed ${seed} ${verdict}: ${steps} steps, ${claims} times saved, ${audits} looks at the disk, ` +
        `${compacted} entries compacted, ` +
        `${seconds(elapsedMs)}; ${seconds(Date.now() - startedAt)} so far\n`,
    );
    if (problems.length === 0) continue;
    failed.push(seed);
    process.stdout.write(`${problems.join('\n')}\n${replayLine(seed, faults)}\n`);
  }
}

await Promise.all(Array.from({ length: atOnce }, worker));
await programs.remove();
process.stdout.write(
  `carried out: ${[...carriedOut].map(([type, times]) => `${type} ${times}`).join(', ')}\n`,
);
for (const [type, reason] of notRun)
  if (!carriedOut.has(type)) process.stdout.write(`NOT RUN: ${type}, since ${reason}\n`);
process.stdout.write(`${plans - failed.length} of ${plans} plans were good\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
