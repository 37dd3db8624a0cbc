import type * as Y from 'yjs';
import type { Clock } from '../../sync/clock.ts';
import { type MemoryDisk, newMemoryDisk } from '../../sync/journal-memory.ts';
import type { DocumentKeys } from '../../sync/keys.ts';
import { Provider } from '../../sync/provider.ts';
import type { OpenTransport } from '../../sync/transport.ts';
import { crashableJournal, journalMs } from './crashable-journal.ts';
import { problemsOf } from './equal-copies.ts';
import { type Act, type ClientAct, planClients, planOf } from './plan.ts';
import type { Random } from './random.ts';
import { deleteSomewhere, typeSomewhere } from './writer.ts';

/** One client's part of the network. */
export interface ClientNetwork {
  readonly relayUrl: string;
  readonly openTransport: OpenTransport;
  /** Whether it reaches the relay at all; going down cuts its connection. */
  setUp(up: boolean): void;
  /** Cuts its connection once. */
  drop(): void;
}

/** Where a plan is carried out. */
export interface World {
  readonly keys: DocumentKeys;
  readonly clock: Clock;
  readonly random: Random;
  pass(ms: number): Promise<void>;
  startRelay(): Promise<void>;
  killRelay(): Promise<void>;
  /** Puts an older backup in place of the stopped relay's disk. */
  restoreBackup(): Promise<void>;
  clientNetwork(): Promise<ClientNetwork>;
  /** Whether everything in a document is durable at the relay now. */
  holds(doc: Y.Doc): boolean;
  /** Resolves when all copies are saved and nothing moves any more, or after a long while. */
  settle(copies: readonly Provider[]): Promise<void>;
}

/** What a run saw on the way that is wrong, wrong at its end, and that it did real work. */
export interface PlanReport {
  readonly problems: readonly string[];
  readonly savedMoments: number;
}

interface Client {
  readonly network: ClientNetwork;
  readonly disk: MemoryDisk;
  provider: Provider;
  crash: () => void;
}

interface Token {
  readonly client: number;
  readonly atMs: number;
  certain: boolean;
}

/** Carries out the plan of a seed and says what is wrong at its end. */
export async function runPlan(world: World, seed: number, length: number): Promise<PlanReport> {
  const run = new PlanRun(world);
  return run.report(planOf(seed, length));
}

class PlanRun {
  readonly #clients: Client[] = [];
  readonly #tokens = new Map<string, Token>();
  readonly #problems: string[] = [];
  #savedMoments = 0;

  constructor(private readonly world: World) {}

  async report(plan: readonly Act[]): Promise<PlanReport> {
    const { world } = this;
    await world.startRelay();
    await this.#addClient();
    while (this.#clients.length < planClients) await this.#addClient();
    for (const act of plan) await this.#carryOut(act);
    await world.startRelay();
    for (const { network } of this.#clients) network.setUp(true);
    await this.#addClient();
    const copies = this.#clients.map(({ provider }) => provider);
    await world.settle(copies);
    const certain = new Map([...this.#tokens].map(([token, { certain: isCertain }]) => [token, isCertain]));
    this.#problems.push(...problemsOf(copies, certain));
    for (const provider of copies) {
      const closing = provider.close();
      await world.pass(2 * journalMs);
      await closing;
    }
    return { problems: this.#problems, savedMoments: this.#savedMoments };
  }

  async #addClient(): Promise<void> {
    const disk = newMemoryDisk();
    const network = await this.world.clientNetwork();
    const index = this.#clients.length;
    this.#clients.push({ network, disk, ...this.#start(index, network, disk) });
    await this.world.pass(1000);
  }

  #start(
    index: number,
    { relayUrl, openTransport }: ClientNetwork,
    disk: MemoryDisk,
  ): Pick<Client, 'provider' | 'crash'> {
    const { keys, clock } = this.world;
    const { journal, crash } = crashableJournal(disk, clock);
    const user = { name: `Client ${index}`, color: index };
    const provider = new Provider({
      keys,
      relayUrl,
      create: index === 0,
      user,
      journal,
      openTransport,
      clock,
    });
    provider.onStatus(({ saved }) => {
      if (!saved) return;
      this.#savedMoments += 1;
      if (!this.world.holds(provider.doc)) this.#problems.push(`client ${index} said saved before it was`);
    });
    return { provider, crash };
  }

  async #carryOut(act: Act): Promise<void> {
    const { world } = this;
    if (act.type === 'pass') return world.pass(act.ms);
    if ('client' in act) this.#actOf(act);
    else {
      if (act.type !== 'start-relay') await world.killRelay();
      if (act.type === 'restore-relay') await world.restoreBackup();
      if (act.type !== 'stop-relay') await world.startRelay();
    }
    return world.pass(0);
  }

  #actOf({ type: deed, client: index }: ClientAct): void {
    const client = this.#clients[index];
    if (client === undefined) throw new Error(`no client ${index}`);
    const { text } = client.provider;
    const { random, clock } = this.world;
    switch (deed) {
      case 'token': {
        const token = `<${index}.${this.#tokens.size}>`;
        this.#tokens.set(token, { client: index, atMs: clock.now(), certain: true });
        typeSomewhere(text, random, token);
        return;
      }
      case 'type':
        typeSomewhere(text, random, undefined);
        return;
      case 'delete':
        deleteSomewhere(text, random);
        return;
      case 'online':
      case 'offline':
        client.network.setUp(deed === 'online');
        return;
      case 'drop':
        client.network.drop();
        return;
      case 'crash':
        this.#crash(index, client);
        return;
      default: {
        deed satisfies never;
      }
    }
  }

  #crash(index: number, client: Client): void {
    const now = this.world.clock.now();
    for (const token of this.#tokens.values()) {
      // Two steps of the journal: the one under way when it was typed, and its own.
      if (token.client === index && now - token.atMs <= 2.5 * journalMs) token.certain = false;
    }
    client.crash();
    client.provider.goOffline();
    Object.assign(client, this.#start(index, client.network, client.disk));
  }
}
