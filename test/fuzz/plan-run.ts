import type * as Y from 'yjs';
import type { Clock } from '../../sync/clock.ts';
import { type MemoryDisk, newMemoryDisk } from '../../sync/journal-memory.ts';
import type { DocumentKeys } from '../../sync/keys.ts';
import { Provider } from '../../sync/provider.ts';
import type { OpenTransport } from '../../sync/transport.ts';
import { crashableJournal, journalMs } from './crashable-journal.ts';
import { problemsOf } from './equal-copies.ts';
import { PersonClock } from './person-clock.ts';
import { type Act, type ClientAct, planClients, planOf } from './plan.ts';
import type { Random } from './random.ts';
import { commentSomewhere, deleteSomewhere, pasteSomewhere, typeSomewhere } from './writer.ts';

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
  /** An edit that is older than this is in the journal; a busy computer needs longer in real time. */
  readonly journaledWithinMs: number;
  startRelay(): Promise<void>;
  killRelay(): Promise<void>;
  /** Puts an older backup, or nothing, in place of the stopped relay's disk. */
  restoreBackup(): Promise<void>;
  wipe(): Promise<void>;
  /** A member appends entries again that the relay has taken before. */
  repeat(): Promise<void>;
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
  readonly carriedOut: ReadonlyMap<Act['type'], number>;
}

interface Client {
  readonly network: ClientNetwork;
  readonly disk: MemoryDisk;
  /** The client of the plan that it is, or is a clone or another tab of. */
  readonly place: number;
  readonly clock: PersonClock;
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

/** Clients of a plan, clones and further tabs of them, at most. */
const mostClients = 6;
const hourMs = 3_600_000;
const shiftsMs = [-24 * hourMs, -hourMs, 30_000, 400 * 24 * hourMs, 0];

class PlanRun {
  readonly #clients: Client[] = [];
  readonly #tokens = new Map<string, Token>();
  readonly #problems: string[] = [];
  readonly #carriedOut = new Map<Act['type'], number>();
  #savedMoments = 0;

  constructor(private readonly world: World) {}

  async report(plan: readonly Act[]): Promise<PlanReport> {
    const { world } = this;
    await world.startRelay();
    await this.#addClient();
    // Before it has made the document, the others would be refused an unknown one.
    const isMade = () => this.#clients[0]?.provider.status.connection.state === 'live';
    for (let looks = 0; looks < 600 && !isMade(); looks++) await world.pass(1000);
    while (this.#clients.length < planClients) await this.#addClient();
    for (const act of plan) await this.#carryOut(act);
    await world.startRelay();
    for (const { network } of this.#clients) network.setUp(true);
    // A wiped relay knows no document until someone who has it is back.
    await world.settle(this.#clients.map(({ provider }) => provider));
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
    return {
      problems: this.#problems,
      savedMoments: this.#savedMoments,
      carriedOut: this.#carriedOut,
    };
  }

  /** Another client: a newcomer, or one with the place of another and its disk or a copy of that. */
  async #addClient(place = this.#clients.length, disk = newMemoryDisk()): Promise<void> {
    const network = await this.world.clientNetwork();
    const index = this.#clients.length;
    const clock = new PersonClock(this.world.clock);
    this.#clients.push({ network, disk, clock, place, ...this.#start(index, network, disk, clock) });
    await this.world.pass(1000);
  }

  #start(
    index: number,
    { relayUrl, openTransport }: ClientNetwork,
    disk: MemoryDisk,
    clock: PersonClock,
  ): Pick<Client, 'provider' | 'crash'> {
    const { keys } = this.world;
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
    this.#carriedOut.set(act.type, (this.#carriedOut.get(act.type) ?? 0) + 1);
    if ('client' in act) await this.#actOf(act);
    else if (act.type === 'repeat') await world.repeat();
    else {
      if (act.type !== 'start-relay') await world.killRelay();
      if (act.type === 'restore-relay') await world.restoreBackup();
      if (act.type === 'wipe-relay') await world.wipe();
      if (act.type !== 'stop-relay') await world.startRelay();
    }
    return world.pass(0);
  }

  async #actOf({ type: deed, client: place }: ClientAct): Promise<void> {
    const { random, clock } = this.world;
    const client = random.pick(this.#clients.filter((each) => each.place === place));
    const index = this.#clients.indexOf(client);
    const { text } = client.provider;
    switch (deed) {
      case 'token': {
        const token = `<${index}.${this.#tokens.size}>`;
        this.#tokens.set(token, { client: index, atMs: clock.now(), certain: true });
        typeSomewhere(text, random, token);
        commentSomewhere(client.provider, random, token);
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
      case 'paste':
        pasteSomewhere(text, random);
        return;
      case 'clone':
        if (this.#clients.length < mostClients) await this.#addClient(place, copyOf(client.disk));
        return;
      case 'tab':
        if (this.#clients.length < mostClients) await this.#addClient(place, client.disk);
        return;
      case 'set-clock':
        client.clock.shiftMs = random.pick(shiftsMs);
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
      if (token.client === index && now - token.atMs <= this.world.journaledWithinMs) token.certain = false;
    }
    client.crash();
    client.provider.goOffline();
    Object.assign(client, this.#start(index, client.network, client.disk, client.clock));
  }
}

function copyOf(disk: MemoryDisk): MemoryDisk {
  return { ...disk, updates: [...disk.updates], outbox: new Map(disk.outbox), holes: new Map(disk.holes) };
}
