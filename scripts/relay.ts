import { buildDist } from './build.ts';
import { inProject } from './places.ts';
import { relayEnvironment, relayProgram } from './relay-program.ts';
import { run } from './run.ts';

await buildDist(['relay', 'renderer']);
process.exitCode = await run(
  process.execPath,
  // The web editor first, so that another `--web` of the caller's counts.
  [...relayProgram, '--web', inProject('dist', 'renderer'), ...process.argv.slice(2)],
  {
    cwd: process.env.INIT_CWD ?? process.cwd(),
    env: { ...relayEnvironment, ...process.env },
  },
);
