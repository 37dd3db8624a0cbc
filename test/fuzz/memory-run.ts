import { MemoryLogStore } from '../../relay-server/log-store-memory.ts';
import { newDocumentSecret } from '../../sync/document-id.ts';
import { deriveKeys } from '../../sync/keys.ts';
import { journalMs } from './crashable-journal.ts';
import { DurableDocument } from './durable-document.ts';
import { MemoryNetwork, type Sabotage } from './memory-network.ts';
import { type PlanReport, runPlan } from './plan-run.ts';
import { seededRandom } from './random.ts';
import { repeatEntries } from './repeating-line.ts';
import { VirtualTime } from './virtual-time.ts';

const keys = deriveKeys(newDocumentSecret());
/** Everything settles well within this much virtual time. */
const settleMs = 120_000;

/** So that plans of 40 acts compact several times. */
const compactAll = { compaction: { minBytes: 400, afterMs: 60_000, offerWithinMs: 3000 } };
/** Backups kept of a run; the newest may be younger than what some copy has not seen yet. */
const mostBackups = 5;

/** Runs the plan of a seed over the relay's real core and an in-memory network, in virtual time. */
export async function runInMemory(
  seed: number,
  length: number,
  options: { readonly sabotage?: Sabotage; readonly compact?: boolean } = {},
): Promise<
  PlanReport & {
    readonly cuts: number;
    readonly entries: number;
    readonly snapshots: number;
    readonly repeated: number;
  }
> {
  const { sabotage = 'none', compact = false } = options;
  const random = seededRandom(seed ^ 0x5eed);
  const time = new VirtualTime(random);
  let store = new MemoryLogStore();
  const durable = new DurableDocument(keys);
  durable.watch(store);
  const network = new MemoryNetwork(time, random, sabotage, compact ? compactAll : {});
  const backups: MemoryLogStore[] = [];
  let repeated = 0;
  const keepBackup = () => {
    backups.push(store.copy());
    if (backups.length > mostBackups) backups.splice(random.below(mostBackups), 1);
  };
  const goOnWith = async (next: MemoryLogStore) => {
    store = next;
    await durable.startFrom(store);
  };
  const report = await runPlan(
    {
      keys,
      clock: time,
      random,
      journaledWithinMs: 2.5 * journalMs,
      pass: (ms) => {
        keepBackup();
        return time.pass(ms);
      },
      startRelay: async () => network.startRelay(store),
      killRelay: async () => {
        network.killRelay();
        keepBackup();
      },
      restoreBackup: () => goOnWith(random.pick(backups).copy()),
      wipe: () => goOnWith(new MemoryLogStore()),
      repeat: async () => {
        if (durable.sealed.length === 0) return;
        const { open } = network.transportFor(() => true);
        const entries = Array.from({ length: 1 + random.below(10) }, () => random.pick(durable.sealed));
        const line = repeatEntries(open, keys, entries);
        await time.pass(200);
        line.end();
        repeated += line.taken();
      },
      clientNetwork: async () => {
        let isUp = true;
        const { open, drop } = network.transportFor(() => isUp);
        const setUp = (up: boolean) => {
          isUp = up;
          if (!up) drop();
        };
        return { relayUrl: 'http://relay.test', openTransport: open, setUp, drop };
      },
      holds: (doc) => durable.holds(doc),
      settle: () => time.pass(settleMs),
    },
    seed,
    length,
  );
  return { ...report, cuts: network.cuts, entries: durable.entries, snapshots: durable.snapshots, repeated };
}
