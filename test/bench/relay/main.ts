import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { inProject } from '../../../scripts/places.ts';
import { commitName } from '../performance-page.ts';
import { fsyncCost } from './fsync-cost.ts';
import { joins } from './joins.ts';
import { knee } from './knee.ts';
import { Measurements } from './measurements.ts';
import { memory } from './memory.ts';
import { presence } from './presence.ts';
import { readers } from './readers.ts';
import { Results } from './results.ts';
import { rooms } from './rooms.ts';
import type { Scenario } from './scenario.ts';
import { slow } from './slow.ts';
import { systems } from './systems.ts';

const scenarios: readonly Scenario[] = [knee, readers, rooms, joins, memory, presence, slow];

const { values } = parseArgs({
  options: {
    scenario: { type: 'string', multiple: true },
    system: { type: 'string', multiple: true },
    runs: { type: 'string' },
    quick: { type: 'boolean' },
    append: { type: 'boolean' },
  },
});
const quick = values.quick ?? false;
const runs = Number(values.runs ?? (quick ? 1 : 3));
const named = values.scenario ?? scenarios.map(({ name }) => name);
const unknown = named.filter((name) => !scenarios.some((scenario) => scenario.name === name));
const append = values.append ?? false;
if (unknown.length > 0 || !Number.isInteger(runs) || runs < 1 || (append && quick)) {
  process.stderr.write(
    `--scenario is one of ${scenarios.map(({ name }) => name).join(', ')}; --runs a number; --append not with --quick.\n`,
  );
  process.exit(2);
}

const command = [
  'npm run bench:relay',
  ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : []),
].join(' ');
// `--append` adds to what was measured of the same relay: a whole that takes long is made in pieces.
const measurements = await (append ? Measurements.continued : Measurements.none)(
  inProject('test-results', 'bench-relay.json'),
  { build: await buildName(), commit: commitName() },
  command,
);
/** The beginning of the SHA-256 of the relay's program. */
async function buildName(): Promise<string> {
  const program = await readFile(inProject('dist', 'relay', 'cli.js'));
  return createHash('sha256').update(program).digest('hex').slice(0, 10);
}

const results = new Results({ scenarios, measurements, documented: !quick });
for (let run = 0; run < runs; run++) {
  await results.add('fsync', 'Inkroom', await fsyncCost());
  for (const scenario of scenarios.filter(({ name }) => named.includes(name))) {
    const context = scenario.context.filter((name) => !measurements.has(scenario.name, name));
    for (const name of [...scenario.systems, ...context]) {
      if (values.system !== undefined && !values.system.includes(name)) continue;
      const startMs = performance.now();
      process.stderr.write(`run ${run + 1}: ${scenario.name}: ${name}\n`);
      const figures = await scenario.run(systems[name], { quick });
      process.stderr.write(`    ${((performance.now() - startMs) / 1000).toFixed(0)} s\n`);
      await results.add(scenario.name, name, figures);
    }
  }
}
process.stdout.write(`${await results.text()}\n`);
process.exit(0);
