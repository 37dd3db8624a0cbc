import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { LevelLogStore } from '../../relay-server/log-store-leveldb.ts';
import { RelayServer } from '../../relay-server/server.ts';
import { systemClock } from '../../sync/clock.ts';
import { newDocumentSecret } from '../../sync/document-id.ts';
import { deriveKeys } from '../../sync/keys.ts';
import type { Provider } from '../../sync/provider.ts';
import { socketTransport } from '../../sync/socket-transport.ts';
import { TcpProxy } from '../chaos/tcp-proxy.ts';
import { freePort } from '../processes/relay-process.ts';
import { DurableDocument } from './durable-document.ts';
import { type PlanReport, runPlan } from './plan-run.ts';
import { seededRandom } from './random.ts';

/** Plans are written for virtual time; over real sockets a pause is this many times shorter. */
const hurry = 20;
/** A run that has not settled after this is wrong; longer than Socket.IO's longest wait between two attempts. */
const settleWithinMs = 60_000;
/** What is looked for again while a run settles. */
const lookEveryMs = 20;

/** Runs the plan of a seed over a real relay with LevelDB, real Socket.IO and lines that are cut in between, in real time. */
export async function runOverSockets(
  seed: number,
  length: number,
  transports: 'any' | 'polling-only',
): Promise<PlanReport & { readonly cuts: number; readonly entries: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'inkroom-fuzz-'));
  const keys = deriveKeys(newDocumentSecret());
  const durable = new DurableDocument(keys);
  const port = await freePort();
  const lines: TcpProxy[] = [];
  let running: { server: RelayServer; store: LevelLogStore } | undefined;
  const startRelay = async () => {
    if (running !== undefined) return;
    const store = await LevelLogStore.open({ folder });
    durable.watch(store);
    const server = await RelayServer.listen({ host: '127.0.0.1', port, store, transports, warn: () => {} });
    running = { server, store };
  };
  const killRelay = async () => {
    const ending = running;
    running = undefined;
    for (const line of lines) line.cut();
    await ending?.server.close();
    await ending?.store.close();
  };
  try {
    const report = await runPlan(
      {
        keys,
        clock: systemClock,
        random: seededRandom(seed ^ 0x50c4),
        journaledWithinMs: 2000,
        pass: (ms) => pass(ms / hurry),
        startRelay,
        killRelay,
        // What happens to a real disk, and repeated entries, are the chaos plans' matter: here the relay only starts again.
        restoreBackup: () => Promise.resolve(),
        wipe: () => Promise.resolve(),
        repeat: () => Promise.resolve(),
        clientNetwork: async () => {
          const line = await TcpProxy.to(port);
          lines.push(line);
          return {
            relayUrl: line.url,
            openTransport: socketTransport,
            setUp: (up) => line.setUp(up),
            drop: () => line.cut(),
          };
        },
        holds: (doc) => durable.holds(doc),
        settle: (copies) => settled(copies),
      },
      seed,
      length,
    );
    return { ...report, cuts: lines.reduce((cuts, line) => cuts + line.cuts, 0), entries: durable.entries };
  } finally {
    await killRelay();
    for (const line of lines) line.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Waits until all copies are saved and have the same text; whoever looks next says what is wrong if they never do. */
async function settled(copies: readonly Provider[]): Promise<void> {
  const endMs = Date.now() + settleWithinMs;
  const isSettled = () =>
    copies.every(({ status, text }) => status.saved && text.toString() === copies[0]?.text.toString());
  while (!isSettled() && Date.now() < endMs) {
    for (const copy of copies) copy.reconnectNow();
    await pass(lookEveryMs);
  }
}
