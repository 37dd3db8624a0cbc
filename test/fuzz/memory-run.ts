import { newDocumentSecret } from '../../sync/document-id.ts';
import { newMemoryDisk } from '../../sync/journal-memory.ts';
import { deriveKeys } from '../../sync/keys.ts';
import { Provider } from '../../sync/provider.ts';
import { crashableJournal, journalMs } from './crashable-journal.ts';
import { problemsOf } from './equal-copies.ts';
import { MemoryNetwork, type Sabotage } from './memory-network.ts';
import { type Act, planClients, planOf } from './plan.ts';
import { seededRandom } from './random.ts';
import { VirtualTime } from './virtual-time.ts';
import { WatchedStore } from './watched-store.ts';
import { deleteSomewhere, typeSomewhere } from './writer.ts';

/** What a run saw: everything that is wrong at its end or was on the way, and that it did real work. */
export interface RunReport {
  readonly problems: readonly string[];
  readonly cuts: number;
  readonly entries: number;
  readonly savedMoments: number;
}

const keys = deriveKeys(newDocumentSecret());
const relayUrl = 'http://relay.test';
/** Everything settles well within this much virtual time. */
const settleMs = 120_000;

/** Runs the plan of a seed over the relay's real core and an in-memory network, in virtual time. */
export async function runInMemory(
  seed: number,
  length: number,
  sabotage: Sabotage = 'none',
): Promise<RunReport> {
  const random = seededRandom(seed ^ 0x5eed);
  const time = new VirtualTime(random);
  const store = new WatchedStore(keys);
  const network = new MemoryNetwork(time, random, sabotage);
  const problems: string[] = [];
  let savedMoments = 0;

  const clientOf = (index: number) => {
    const disk = newMemoryDisk();
    let isUp = true;
    const { open, drop } = network.transportFor(() => isUp);
    const start = () => {
      const { journal, crash } = crashableJournal(disk, time);
      const provider = new Provider({
        keys,
        relayUrl,
        create: index === 0,
        user: { name: `Client ${index}`, color: index },
        journal,
        openTransport: open,
        clock: time,
      });
      provider.onStatus(({ saved }) => {
        if (!saved) return;
        savedMoments += 1;
        if (!store.holds(provider.doc)) problems.push(`client ${index} said saved before it was`);
      });
      return { provider, crash };
    };
    let running = start();
    return {
      get provider() {
        return running.provider;
      },
      setUp: (up: boolean) => {
        isUp = up;
        if (!up) drop();
      },
      drop,
      crash: async () => {
        running.crash();
        const ended = running.provider;
        ended.goOffline();
        running = start();
        await time.pass(0);
      },
    };
  };
  network.startRelay(store);
  const clients = [clientOf(0)];
  await time.pass(1000);
  while (clients.length < planClients) clients.push(clientOf(clients.length));
  await time.pass(1000);

  const tokens = new Map<string, { readonly client: number; readonly atMs: number; certain: boolean }>();
  const act = async (step: Act): Promise<void> => {
    if (step.type === 'pass') return time.pass(step.ms);
    if (step.type === 'stop-relay' || step.type === 'restart-relay') network.killRelay();
    if (step.type === 'start-relay' || step.type === 'restart-relay') network.startRelay(store);
    if (!('client' in step)) return time.pass(0);
    const client = clients[step.client];
    if (client === undefined) throw new Error(`no client ${step.client}`);
    const { text } = client.provider;
    switch (step.type) {
      case 'token': {
        const token = `<${step.client}.${tokens.size}>`;
        tokens.set(token, { client: step.client, atMs: time.now(), certain: true });
        typeSomewhere(text, random, token);
        break;
      }
      case 'type':
        typeSomewhere(text, random, undefined);
        break;
      case 'delete':
        deleteSomewhere(text, random);
        break;
      case 'online':
      case 'offline':
        client.setUp(step.type === 'online');
        break;
      case 'drop':
        client.drop();
        break;
      case 'crash':
        for (const token of tokens.values()) {
          // Two steps of the journal: the one under way when it was typed, and its own.
          if (token.client === step.client && time.now() - token.atMs <= 2 * journalMs) token.certain = false;
        }
        await client.crash();
        break;
      default:
        step satisfies never;
    }
    return time.pass(0);
  };
  for (const step of planOf(seed, length)) await act(step);

  network.startRelay(store);
  for (const client of clients) client.setUp(true);
  const newcomer = clientOf(planClients);
  await time.pass(settleMs);
  const copies = [...clients, newcomer].map(({ provider }) => provider);
  const certain = new Map([...tokens].map(([token, { certain: isCertain }]) => [token, isCertain]));
  problems.push(...problemsOf(copies, certain));
  for (const provider of copies) {
    const closing = provider.close();
    await time.pass(1000);
    await closing;
  }
  return { problems, cuts: network.cuts, entries: store.entries, savedMoments };
}
