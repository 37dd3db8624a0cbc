import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv, env, execPath } from 'node:process';
import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildDist } from '../../../scripts/build.ts';
import { relayEnvironment, relayNodeArguments } from '../../../scripts/relay-program.ts';
import { openDocument, type Provider } from '../../../sync/node.ts';
import { waitFor } from '../../app/wait-for.ts';
import { type RelayProcess, startRelay } from '../../processes/relay-process.ts';
import { commitName, machineLine, table, writeSection } from '../performance-page.ts';

/**
 * What honest people notice of an attack: `npm run bench:hostile -- [SECONDS [ATTACK]] [--write]`. Two type in one room, in three
 * stretches for each attack: calm; while it meets another relay, on the people's core, which shows what the attackers cost this machine;
 * and while it meets theirs. The relay's limits for one address stay as they are.
 * `--write` puts the figures into docs/performance.md; with PROFILES=FOLDER the relay leaves a CPU profile there.
 */
const options = argv.slice(2).filter((option) => option !== '--write');
const seconds = Number(options[0] ?? 8);
const typeEveryMs = 40;
const program = fileURLToPath(new URL('./attacks.ts', import.meta.url));
const section = 'Under attack';

/** Milliseconds from a keystroke to its acknowledgement and to the other's screen. */
interface Measured {
  readonly saved: readonly number[];
  readonly seen: readonly number[];
}

await buildDist(['relay']);
const { stdout } = await promisify(execFile)(execPath, ['--import', 'tsx', program, '--names']);
const all: readonly string[] = JSON.parse(stdout);
const names = all.filter((name) => name.includes(options[1] ?? ''));
const { PROFILES } = env;
const profiling = PROFILES === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${PROFILES}`];
const folders: string[] = [];
// Attackers are elsewhere in life: here they take what the people leave of the other core, and nothing of the relay's.
const [relayCore, ourCore] = ['0', '1'];
await pin(process.pid, ourCore);
const relay = await begin(relayCore, profiling);
const otherRelay = await begin(ourCore, []);
await promisify(execFile)('renice', ['-n', '19', '-p', String(otherRelay.pid)]);
const ann = await openDocument({ relayUrl: relay.url, document: 'new' });
await waitFor('the first to be live', () => ann.status.connection.state === 'live');
const elsewhere = await openDocument({ relayUrl: otherRelay.url, document: 'new' });
await waitFor(
  'the document of the other relay to be live',
  () => elsewhere.status.connection.state === 'live',
);
const bob = await openDocument({ relayUrl: relay.url, document: ann.keys.editId ?? '' });
await waitFor('the second to be live', () => bob.status.connection.state === 'live');

const load = loadavg()[0]?.toFixed(1);
await measure(ann, bob, 2);
const head = [
  'p50; p99, ms',
  'saved: calm',
  'other relay',
  'this relay',
  'seen: calm',
  'other relay',
  'this relay',
];
print(head);
const rows: (readonly string[])[] = [];
for (const name of names) {
  const calm = await measure(ann, bob, seconds);
  const other = await underAttack(name, otherRelay.url, elsewhere);
  const here = await underAttack(name, relay.url, ann);
  const cells = (of: keyof Measured) => [calm, other, here].map((measured) => figures(measured[of]));
  const row = [name, ...cells('saved'), ...cells('seen')];
  rows.push(row);
  print(row);
}
for (const copy of [ann, bob, elsewhere]) await copy.close();
await otherRelay.kill('SIGKILL');
await relay.kill(PROFILES === undefined ? 'SIGKILL' : 'SIGTERM');
for (const folder of folders) await rm(folder, { recursive: true, force: true });
if (argv.includes('--write')) {
  const how = `\`npm run bench:hostile -- ${seconds} --write\`: two people type in one room, a letter each ${typeEveryMs} ms or as soon as the one before is saved and seen,
for ${seconds} s each: calm, while another process attacks another relay, and while it attacks theirs, from an address of its own. ${machineLine()}.
Commit ${commitName()}. Load of the machine at the start: ${load}. The relay has a core; the people have the other, of which the attackers take
what is left, and the other relay too. So what this machine owes to the attackers' own work is in the middle column.`;
  writeSection(section, `## ${section}\n\n${how}\n\n${table(head, rows)}`);
}

async function begin(core: string, nodeArgs: readonly string[]): Promise<RelayProcess> {
  const data = await mkdtemp(join(tmpdir(), 'inkroom-hostile-bench-'));
  folders.push(data);
  const started = await startRelay({
    data,
    nodeArgs: [...relayNodeArguments, ...nodeArgs],
    args: ['--trusted-proxy', '127.0.0.1'],
    env: relayEnvironment,
  });
  await pin(started.pid, core);
  return started;
}

/** What the people of the first relay notice while another process attacks that relay, or another one. */
async function underAttack(name: string, url: string, { keys }: Provider): Promise<Measured> {
  const attack = [execPath, '--import', 'tsx', program, name, url, keys.viewId];
  const attacker = spawn('taskset', ['-c', ourCore, 'nice', '-n', '19', ...attack], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await pass(2000);
  const measured = await measure(ann, bob, seconds);
  attacker.kill('SIGKILL');
  await pass(1000);
  return measured;
}

async function pin(pid: number, core: string): Promise<void> {
  await promisify(execFile)('taskset', ['-a', '-c', '-p', core, String(pid)]);
}

async function measure(writer: Provider, reader: Provider, forSeconds: number): Promise<Measured> {
  const saved: number[] = [];
  const seen: number[] = [];
  let typedMs = 0;
  let waits = { saved: false, seen: false };
  const stop = writer.onStatus((status) => {
    if (!waits.saved || !status.saved) return;
    waits.saved = false;
    saved.push(performance.now() - typedMs);
  });
  const observe = () => {
    if (!waits.seen) return;
    waits.seen = false;
    seen.push(performance.now() - typedMs);
  };
  reader.text.observe(observe);
  const endMs = performance.now() + forSeconds * 1000;
  while (performance.now() < endMs) {
    typedMs = performance.now();
    waits = { saved: true, seen: true };
    writer.text.insert(0, 'x');
    await waitFor('a keystroke to be saved and seen', () => !(waits.saved || waits.seen), {
      deadlineMs: 120_000,
    });
    await pass(Math.max(0, typedMs + typeEveryMs - performance.now()));
  }
  reader.text.unobserve(observe);
  stop();
  return { saved, seen };
}

function print([name = '', ...columns]: readonly string[]): void {
  process.stdout.write(`${name.padEnd(32)}${columns.map((column) => column.padStart(13)).join(' ')}\n`);
}

function figures(of: readonly number[]): string {
  return `${at(of, 0.5).toFixed(1)}; ${at(of, 0.99).toFixed(1)}`;
}

function at(of: readonly number[], share: number): number {
  return of.toSorted((a, b) => a - b)[Math.floor(share * (of.length - 1))] ?? Number.NaN;
}
