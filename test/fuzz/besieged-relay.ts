import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { expect } from 'vitest';
import { idBytes, type RoomId, roomIdFromBytes } from '../../protocol/ids.ts';
import { prefixes, seqOfKey } from '../../relay-server/entry-record.ts';
import { openDatabase } from '../../relay-server/level-database.ts';
import { parseDocumentId } from '../../sync/document-id.ts';
import { type DocumentKeys, deriveKeys } from '../../sync/keys.ts';
import { openDocument, type Provider } from '../../sync/node.ts';
import { waitFor } from '../app/wait-for.ts';
import { readDurableLog } from '../processes/durable-log.ts';
import { type RelayProcess, startRelay } from '../processes/relay-process.ts';
import { residentMiB } from '../processes/resident-memory.ts';
import { RawWebSocket } from '../relay/raw-web-socket.ts';
import type { Attackers } from './hostile-run.ts';
import { countTokens } from './writer.ts';

/** How a relay is attacked. */
export interface Siege {
  /** Those who attack the relay at this URL and may view one of its documents. */
  attackers(url: string, viewer: DocumentKeys, seed: number): Attackers;
  readonly messages: number;
  readonly attackersAtOnce: number;
  readonly seed: number;
  /** The command that does the same again. */
  readonly replay: string;
  /** Options of the relay; none that bounds what an address may do, where they are not given. */
  readonly args?: readonly string[];
}

const typeEveryMs = 150;
/** One computer is all attackers here, and a fast one sends more than an address may: what bounds one has its own tests (R3, W6). */
const boundless = Object.entries({
  '--max-per-address': '1000000',
  '--max-unjoined-per-address': '1000000',
  '--joins-per-second': '1000000',
  '--documents-per-minute': '1000000',
  '--document-burst': '1000000',
  '--messages-per-second': '1000000',
  '--message-burst': '1000000',
  '--bytes-per-second': '1GiB',
  '--byte-burst': '1GiB',
  // A busy computer takes longer than usual to join.
  '--join-within': '600s',
}).flat();
/** A heap that is collected before it is large, and ends the relay where that is not enough: what is kept shows. */
const tight = {
  nodeArgs: ['--max-old-space-size=64', '--max-semi-space-size=2'],
  env: { MALLOC_ARENA_MAX: '1' },
};
/** What that heap may have grown by, and as much again for bytes outside of it. */
const keptMiB = 100;

/**
 * Attacks a relay while four people write in two rooms, one of which the attackers may view. Asserts that each attack
 * comes to what its table says, that nobody who writes loses anything, and that nothing of it is stored or kept in memory.
 */
export async function withstand(siege: Siege): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), 'inkroom-hostile-'));
  const relay = await startRelay({ data, args: siege.args ?? boundless, ...tight });
  const copies: Provider[] = [];
  try {
    await besiege(siege, relay, data, copies);
  } finally {
    for (const copy of copies) await copy.close();
    await relay.kill('SIGKILL');
    await rm(data, { recursive: true, force: true });
  }
}

async function besiege(
  { attackers, messages, attackersAtOnce, seed, replay }: Siege,
  relay: RelayProcess,
  data: string,
  copies: Provider[],
): Promise<void> {
  const { pid, url } = relay;
  const apart = await pair(url, copies);
  const attacked = await pair(url, copies);
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
  const run = attackers(url, deriveKeys(viewId.secret), seed);
  const startedMs = performance.now();
  try {
    await run.attack(messages, attackersAtOnce);
  } finally {
    typing = false;
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const peakMiB = await residentMiB(pid);
  const tokens = await Promise.all(typed);

  // Each class came to what its table says, and to its usual outcome at least once.
  const wrong = [...run.expected].flatMap(([name, expected]) => {
    const outcomes = [...(run.tally.get(name)?.keys() ?? [])];
    const isRight =
      outcomes.includes(expected[0] ?? '') && outcomes.every((outcome) => expected.includes(outcome));
    return isRight ? [] : [`${name}: ${outcomes.join('; ')} instead of ${expected.join('; ')}`];
  });
  expect(wrong, replay).toEqual([]);
  expect(run.messages).toBeGreaterThanOrEqual(messages);

  for (const both of [apart, attacked]) {
    await waitFor('the honest copies to be saved and equal', () => isSettled(both), {
      deadlineMs: 60_000,
      seen: () => both.map(({ status, text }) => [status, text.length]),
    });
    for (const { status } of both) expect([status.unopened, status.diverged], replay).toEqual([0, false]);
  }
  copies.forEach((copy, who) => {
    const counts = countTokens(copy.text.toString());
    for (let token = 0; token < (tokens[who] ?? 0); token++)
      expect(counts.get(`<${who}.${token}>`), `<${who}.${token}>; ${replay}`).toBe(1);
  });

  const again = await RawWebSocket.greeted(url);
  again.close();
  expect(relay.exit()).toBeUndefined();
  expect(relay.output(), 'a relay that is asked nonsense has nothing to report').not.toMatch(/rror|failed/);
  const isBack = async () => (await residentMiB(pid)) < beforeMiB + keptMiB;
  await waitFor(`memory to return; ${replay}`, isBack, { seen: () => residentMiB(pid) });
  const afterMiB = await residentMiB(pid);

  const texts = [apart, attacked].map(([copy]) => copy.text.toString());
  for (const copy of copies.splice(0)) await copy.close();
  await relay.kill('SIGKILL');
  const stored = await entriesOnDisk(data);
  expect([...stored.keys()].toSorted(), replay).toEqual(
    [...[apart, attacked].map(([{ keys }]) => keys.roomId), ...run.stored.keys()].toSorted(),
  );
  for (const [roomId, { least, most }] of run.stored) {
    const seqs = stored.get(roomId) ?? [];
    expect(seqs, replay).toEqual(seqs.map((_, i) => i + 1));
    expect([seqs.length >= least, seqs.length <= most], `${roomId}: ${seqs.length}; ${replay}`).toEqual([
      true,
      true,
    ]);
  }
  for (const [room, [copy]] of [apart, attacked].entries()) {
    const log = await readDurableLog(data, copy.keys.editId ?? '');
    expect(log.text, replay).toBe(texts[room]);
    // Every keystroke is an entry at most, and the oldest may have gone with a snapshot.
    expect(log.entries, replay).toBeLessThanOrEqual((tokens[2 * room] ?? 0) + (tokens[2 * room + 1] ?? 0));
    const seqs = stored.get(copy.keys.roomId) ?? [];
    const newest = seqs.map((_, i) => log.entries - seqs.length + 1 + i);
    expect(seqs, `entries on disk; ${replay}`).toEqual(newest);
  }
  const memory = [beforeMiB, peakMiB, afterMiB].map((mib) => `${mib.toFixed(0)} MiB`).join(', ');
  process.stdout.write(
    `${run.messages} messages on ${run.connections} connections in ${seconds.toFixed(1)} s (${replay}); ` +
      `relay ${memory} before, at the end, after; tokens ${tokens.join(', ')}\n${table(run)}\n`,
  );
}

/** Two copies of a new document. */
async function pair(relayUrl: string, copies: Provider[]): Promise<readonly [Provider, Provider]> {
  const ann = await openDocument({ relayUrl, document: 'new' });
  copies.push(ann);
  await waitFor('the first copy to be live', () => ann.status.connection.state === 'live');
  const bob = await openDocument({ relayUrl, document: ann.keys.editId ?? '' });
  copies.push(bob);
  await waitFor('the second copy to be live', () => bob.status.connection.state === 'live');
  return [ann, bob];
}

/** The rooms that a relay that has ended has on its disk, and the seqs of the entries there are of each. */
async function entriesOnDisk(folder: string): Promise<ReadonlyMap<RoomId, readonly number[]>> {
  const database = await openDatabase(join(folder, 'log'));
  const found = new Map<RoomId, number[]>();
  const of = (key: Uint8Array) => {
    const roomId = roomIdFromBytes(key.subarray(1, 1 + idBytes));
    const seqs = found.get(roomId) ?? [];
    found.set(roomId, seqs);
    return seqs;
  };
  for await (const key of database.keys()) {
    if (key[0] === prefixes.room) of(key);
    if (key[0] === prefixes.entry) of(key).push(seqOfKey(key));
  }
  await database.close();
  return found;
}

function isSettled(copies: readonly Provider[]): boolean {
  return copies.every(({ status, text }) => status.saved && text.toString() === copies[0]?.text.toString());
}

function table({ tally }: Attackers): string {
  return [...tally]
    .map(
      ([name, outcomes]) =>
        `  ${name}: ${[...outcomes].map(([outcome, count]) => `${outcome} ${count}`).join(', ')}`,
    )
    .join('\n');
}
