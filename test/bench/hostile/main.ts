import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv, execPath } from 'node:process';
import { setTimeout as pass } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openDocument, type Provider } from '../../../sync/node.ts';
import { waitFor } from '../../app/wait-for.ts';
import { startRelay } from '../../processes/relay-process.ts';

/**
 * What honest people notice of an attack: `npm run bench:hostile [SECONDS [ATTACK]]`. Two type in one room; each attack runs between
 * two calm stretches, so that a busy machine shows. The relay's limits for one address stay as they are.
 */
const seconds = Number(argv[2] ?? 8);
const typeEveryMs = 40;
const program = fileURLToPath(new URL('./attacks.ts', import.meta.url));

/** Milliseconds from a keystroke to its acknowledgement and to the other's screen. */
interface Measured {
  readonly saved: readonly number[];
  readonly seen: readonly number[];
}

const { stdout } = await promisify(execFile)(execPath, ['--import', 'tsx', program, '--names']);
const all: readonly string[] = JSON.parse(stdout);
const names = all.filter((name) => name.includes(argv[3] ?? ''));
const data = await mkdtemp(join(tmpdir(), 'inkroom-hostile-bench-'));
const relay = await startRelay({ data, args: ['--trusted-proxy', '127.0.0.1'] });
const ann = await openDocument({ relayUrl: relay.url, document: 'new' });
await waitFor('the first to be live', () => ann.status.connection.state === 'live');
const bob = await openDocument({ relayUrl: relay.url, document: ann.keys.editId ?? '' });
await waitFor('the second to be live', () => bob.status.connection.state === 'live');

await measure(ann, bob, 2);
print('', { saved: [], seen: [] });
for (const name of names) {
  print('calm', await measure(ann, bob, seconds));
  const attacker = spawn(execPath, ['--import', 'tsx', program, name, relay.url, ann.keys.viewId], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await pass(2000);
  print(name, await measure(ann, bob, seconds));
  attacker.kill('SIGKILL');
  await pass(1000);
}
for (const copy of [ann, bob]) await copy.close();
await relay.kill('SIGKILL');
await rm(data, { recursive: true, force: true });

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

function print(name: string, { saved, seen }: Measured): void {
  if (name === '') {
    process.stdout.write(`${'ms'.padEnd(32)}saved p50   p99   seen p50   p99\n`);
    return;
  }
  const columns = [saved, seen].flatMap((of) => [at(of, 0.5), at(of, 0.99)]);
  process.stdout.write(`${name.padEnd(32)}${columns.map((ms) => ms.toFixed(1).padStart(9)).join(' ')}\n`);
}

function at(of: readonly number[], share: number): number {
  return of.toSorted((a, b) => a - b)[Math.floor(share * (of.length - 1))] ?? Number.NaN;
}
