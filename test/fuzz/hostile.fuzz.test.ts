import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { prefixes } from '../../relay-server/entry-record.ts';
import { openDatabase } from '../../relay-server/level-database.ts';
import { parseDocumentId } from '../../sync/document-id.ts';
import { deriveKeys } from '../../sync/keys.ts';
import { openDocument, type Provider } from '../../sync/node.ts';
import { waitFor } from '../app/wait-for.ts';
import { readDurableLog } from '../processes/durable-log.ts';
import { type RelayProcess, startRelay } from '../processes/relay-process.ts';
import { RawWebSocket } from '../relay/raw-web-socket.ts';
import { classes, HostileRun } from './hostile-run.ts';
import { countTokens } from './writer.ts';

const messages = Number(process.env.MESSAGES ?? 100_000);
const seed = Number(process.env.SEED ?? 1);
const replay = `MESSAGES=${messages} SEED=${seed} npm run test:fuzz -- hostile`;
const attackersAtOnce = Number(process.env.AT_ONCE ?? 24);
const typeEveryMs = 150;
/** One computer is all attackers here, and a fast one sends more than an address may: what bounds one has its own tests (R3, W6). */
const boundless = Object.entries({
  '--max-per-address': '1000000',
  '--max-unjoined-per-address': '1000000',
  '--joins-per-second': '1000000',
  '--messages-per-second': '1000000',
  '--message-burst': '1000000',
  '--bytes-per-second': '1GiB',
  '--byte-burst': '1GiB',
}).flat();
/** Far above what a busy heap keeps, far below the bytes of the messages and of the connections that brought them. */
const keptMiB = 250;

let relay: RelayProcess | undefined;
let data: string | undefined;
const copies: Provider[] = [];

afterEach(async () => {
  for (const copy of copies.splice(0)) await copy.close();
  await relay?.kill('SIGKILL');
  if (data !== undefined) await rm(data, { recursive: true, force: true });
});

/** Two copies of a new document. */
async function pair(relayUrl: string): Promise<readonly [Provider, Provider]> {
  const ann = await openDocument({ relayUrl, document: 'new' });
  copies.push(ann);
  await waitFor('the first copy to be live', () => ann.status.connection.state === 'live');
  const bob = await openDocument({ relayUrl, document: ann.keys.editId ?? '' });
  copies.push(bob);
  await waitFor('the second copy to be live', () => bob.status.connection.state === 'live');
  return [ann, bob];
}

/** Memory of a process in MiB, as the system counts it; 0 where the system has no such file. */
async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'VmRSS: 0');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

test(
  `[G8] [G3] [G7] ${messages} hostile messages are each refused as they should be; who writes meanwhile loses nothing, and nothing is stored`,
  async () => {
    data = await mkdtemp(join(tmpdir(), 'inkroom-hostile-'));
    relay = await startRelay({ data, args: boundless });
    const { pid, url } = relay;
    const apart = await pair(url);
    const attacked = await pair(url);
    const viewId = parseDocumentId(attacked[0].keys.viewId);
    if (!viewId.ok) throw new Error('the view ID is none');
    const beforeMiB = await residentMiB(pid);

    let typing = true;
    const typed = copies.map(async (copy, who) => {
      let tokens = 0;
      while (typing) {
        copy.text.insert(0, `<${who}.${tokens++}>`);
        await pass(typeEveryMs);
      }
      return tokens;
    });
    const run = new HostileRun(url, deriveKeys(viewId.secret), seed);
    const startedMs = performance.now();
    await run.attack(messages, attackersAtOnce);
    const seconds = (performance.now() - startedMs) / 1000;
    const peakMiB = await residentMiB(pid);
    typing = false;
    const tokens = await Promise.all(typed);

    // Each class came to what its table says, and to its usual outcome at least once.
    for (const [name, { expected }] of classes) {
      const outcomes = run.tally.get(name);
      expect(
        outcomes?.get(expected[0] ?? 'nothing'),
        `${name}: never ${expected[0]}; ${replay}`,
      ).toBeGreaterThan(0);
      for (const outcome of outcomes?.keys() ?? []) expect(expected, `${name}; ${replay}`).toContain(outcome);
    }
    expect(run.messages).toBeGreaterThanOrEqual(messages);

    for (const copies of [apart, attacked]) {
      await waitFor('the honest copies to be saved and equal', () => isSettled(copies), {
        deadlineMs: 60_000,
        seen: () => copies.map(({ status, text }) => [status, text.length]),
      });
      for (const { status } of copies) expect([status.unopened, status.diverged], replay).toEqual([0, false]);
    }
    copies.forEach((copy, who) => {
      const counts = countTokens(copy.text.toString());
      for (let token = 0; token < (tokens[who] ?? 0); token++)
        expect(counts.get(`<${who}.${token}>`), `<${who}.${token}>; ${replay}`).toBe(1);
    });

    const again = await RawWebSocket.greeted(url);
    again.close();
    expect(relay.pid).toBe(pid);
    expect(relay.output(), 'a relay that is asked nonsense has nothing to report').not.toMatch(/rror|failed/);
    const isBack = async () => (await residentMiB(pid)) < beforeMiB + keptMiB;
    await waitFor(`memory to return; ${replay}`, isBack, { seen: () => residentMiB(pid) });
    const afterMiB = await residentMiB(pid);

    const texts = [apart, attacked].map(([copy]) => copy.text.toString());
    for (const copy of copies.splice(0)) await copy.close();
    await relay.kill('SIGKILL');
    const stored = await storedKeys(data);
    let entries = 0;
    for (const [i, [copy]] of [apart, attacked].entries()) {
      const log = await readDurableLog(data, copy.keys.editId ?? '');
      expect(log.text, replay).toBe(texts[i]);
      entries += log.entries;
    }
    expect(stored, `rooms and entries on disk; ${replay}`).toEqual({ rooms: 2, entries });
    process.stdout.write(
      `${run.messages} messages on ${run.connections} connections in ${seconds.toFixed(1)} s (${replay}); ` +
        `relay ${[beforeMiB, peakMiB, afterMiB].map((mib) => `${mib.toFixed(0)} MiB`).join(', ')} before, at the end, after; ` +
        `tokens ${tokens.join(', ')}\n${table(run)}\n`,
    );
  },
  Math.max(180_000, messages * 2),
);

/** How many rooms and entries a relay that has ended has on its disk. */
async function storedKeys(folder: string): Promise<{ readonly rooms: number; readonly entries: number }> {
  const database = await openDatabase(join(folder, 'log'));
  const found = { rooms: 0, entries: 0 };
  for await (const key of database.keys()) {
    if (key[0] === prefixes.room) found.rooms += 1;
    if (key[0] === prefixes.entry) found.entries += 1;
  }
  await database.close();
  return found;
}

function isSettled(copies: readonly Provider[]): boolean {
  return copies.every(({ status, text }) => status.saved && text.toString() === copies[0]?.text.toString());
}

function table({ tally }: HostileRun): string {
  return [...tally]
    .map(
      ([name, outcomes]) =>
        `  ${name}: ${[...outcomes].map(([outcome, count]) => `${outcome} ${count}`).join(', ')}`,
    )
    .join('\n');
}
