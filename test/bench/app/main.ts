import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { buildDist } from '../../../scripts/build.ts';
import { findElectron } from '../../../scripts/electron-runtime.ts';
import { fail, run } from '../../../scripts/run.ts';
import { ensureSystemPackages } from '../../../scripts/system-packages.ts';
import { asOneEntry, paperDocument } from '../client/long-documents.ts';
import { writeSection } from '../performance-page.ts';
import { withApps } from './bench-apps.ts';
import { type MemoryRun, measureMemory } from './memory.ts';
import { buildPlainPage, measurePlain, type PlainCase } from './plain.ts';
import { appSections, describeMemory, describeStart, describeTyping } from './section.ts';
import { measureOpening, measureStart, type OpenRun, type StartRun } from './start.ts';
import { measureTyping, type TypingCase } from './typing.ts';

/**
 * `npm run bench:app -- [--runs N] [--only start,open,typing,plain,memory] [--sizes KB,…] [--people N,…] [--keys N] [--write]`:
 * measures the real desktop app. Without a display it starts a virtual one for itself.
 */
const pieces = ['start', 'open', 'typing', 'plain', 'memory'] as const;
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    only: { type: 'string', default: pieces.join(',') },
    sizes: { type: 'string', default: '10,1024,5120' },
    people: { type: 'string', default: '0,1,20' },
    keys: { type: 'string', default: '60' },
    write: { type: 'boolean', default: false },
  },
});
const numbers = (text: string) => text.split(',').map(Number);
const sizes = numbers(values.sizes).map((kb) => kb * 1024);
const crowds = numbers(values.people);
const keys = { perSecond: 8, count: Number(values.keys) };
const chosen = new Set(values.only.split(','));
for (const name of chosen) if (!pieces.some((piece) => piece === name)) fail(`no piece is called ${name}`);

const { DISPLAY, WAYLAND_DISPLAY } = process.env;
if (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY) {
  await ensureSystemPackages('test');
  process.exitCode = await run('xvfb-run', [
    '-a',
    process.execPath,
    ...process.execArgv,
    ...process.argv.slice(1),
  ]);
} else await measure();

async function measure(): Promise<void> {
  const electron = await findElectron(true);
  if (!electron) fail('The app needs an Electron, and none can be had here.');
  process.env.INKROOM_TEST_ELECTRON = electron.executable;
  await buildDist();
  const starts: StartRun[] = [];
  const openings: OpenRun[] = [];
  const typing: (readonly TypingCase[])[] = [];
  const plain: (readonly PlainCase[])[] = [];
  const memory: MemoryRun[] = [];
  const loads: number[] = [];
  const note = (line: string) => process.stdout.write(`${line}\n`);
  const paper = chosen.has('open') ? asOneEntry(paperDocument()) : undefined;
  const plainPage = chosen.has('plain') ? await buildPlainPage() : undefined;
  const startedMs = performance.now();
  for (let turn = 1; turn <= Number(values.runs); turn++) {
    loads.push(loadavg()[0] ?? 0);
    if (chosen.has('start')) starts.push(await measureStart());
    if (paper !== undefined) openings.push(await measureOpening(paper));
    if (starts.length + openings.length > 0) note(describeStart(starts.slice(-1), openings.slice(-1)));
    await withApps(['mira', 'jonas'], async (apps) => {
      const [app] = apps;
      if (app === undefined) return;
      const bare: PlainCase[] = [];
      const cases: TypingCase[] = [];
      for (const size of sizes) {
        if (plainPage !== undefined) bare.push(await measurePlain(app, plainPage, size, keys));
        if (chosen.has('typing')) cases.push(...(await measureTyping(apps, size, crowds, keys)));
      }
      if (bare.length > 0) plain.push(bare);
      if (cases.length > 0) typing.push(cases);
      if (chosen.has('memory')) memory.push(await measureMemory(app));
    });
    if (typing.length > 0) note(describeTyping(typing.slice(-1), plain.slice(-1)));
    if (memory.length > 0) note(describeMemory(memory.slice(-1)));
    note(`run ${turn}: ${((performance.now() - startedMs) / 1000).toFixed(0)} s so far`);
  }
  await plainPage?.remove();
  for (const { name, markdown } of appSections({ keys, starts, openings, typing, plain, memory, loads })) {
    if (values.write) writeSection(name, markdown);
    else note(markdown);
  }
}
