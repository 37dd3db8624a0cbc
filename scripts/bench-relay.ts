import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { loadCore, serverCore } from '../test/bench/relay/server-process.ts';
import { buildDist } from './build.ts';
import { inProject } from './places.ts';
import { ask, fail, run } from './run.ts';

if (process.platform !== 'linux' || (await ask('taskset', ['--version'])) === undefined) {
  fail('The benchmark pins processes to cores with taskset, which is a program of Linux.');
}
if (availableParallelism() <= Math.max(serverCore, loadCore)) {
  fail('The benchmark needs a core for servers and another for the load generator.');
}
if (!existsSync(inProject('test', 'bench', 'node_modules'))) {
  const npm = ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  if ((await run('npm', npm, { cwd: inProject('test', 'bench') })) !== 0)
    fail('The peers could not be installed.');
}
await buildDist(['relay']);
process.exitCode = await run('taskset', [
  '-c',
  String(loadCore),
  process.execPath,
  '--import',
  'tsx',
  inProject('test', 'bench', 'relay', 'main.ts'),
  ...process.argv.slice(2),
]);
