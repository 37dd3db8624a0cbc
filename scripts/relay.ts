import { buildDist } from './build.ts';
import { inProject } from './places.ts';
import { run } from './run.ts';

await buildDist(['relay', 'renderer']);
process.exitCode = await run(
  process.execPath,
  [inProject('dist', 'relay', 'cli.js'), ...process.argv.slice(2)],
  {
    cwd: process.env.INIT_CWD ?? process.cwd(),
  },
);
