import { rm, writeFile } from 'node:fs/promises';
import { build, Platform } from 'electron-builder';
import { buildDist } from './build.ts';
import { findElectron } from './electron-runtime.ts';
import { inProject } from './places.ts';
import { fail } from './run.ts';

// `npm run package:dir` makes the folder of the app, and further arguments name further targets (`tar.gz`).
// With the official Electron it goes to release/; with any other to release/trial/, which must not be given to people.
const targets = process.argv.slice(2);
const electron = await findElectron(true);
if (!electron) fail('Packaging needs an Electron, and none can be had here.');
await buildDist();

const trial = electron.kind !== 'official';
const output = inProject('release', ...(trial ? ['trial'] : []));
await rm(inProject('release'), { recursive: true, force: true });
const made = await build({
  targets: Platform.current().createTarget(targets.length > 0 ? targets : ['dir']),
  projectDir: inProject(),
  publish: 'never',
  config: {
    extends: inProject('electron-builder.yml'),
    electronDist: electron.folder,
    electronVersion: electron.version,
    directories: { output },
    compression: trial ? 'store' : 'normal',
  },
});
if (trial) {
  const notice = `Built with Electron ${electron.version} (${electron.kind}) to try the packaging. Not a release; do not pass it on.\n`;
  await writeFile(inProject('release', 'trial', 'NOT-A-RELEASE.txt'), notice);
}
process.stdout.write(`package: ${[output, ...made].join('\n  ')}\n`);
