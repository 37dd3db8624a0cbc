import * as Y from 'yjs';
import { parseDocumentId } from '../../sync/document-id.ts';
import { type DocumentKeys, deriveKeys } from '../../sync/keys.ts';
import { snapshotHolds } from '../fuzz/durable-document.ts';
import { type Random, seededRandom } from '../fuzz/random.ts';
import type { StoredDocument } from '../processes/stored-document.ts';
import { ChaosRelay } from './chaos-relay.ts';
import { LaterEnds } from './later-ends.ts';
import { Ledger } from './ledger.ts';
import { planClients } from './plan.ts';
import type { ChaosPrograms } from './programs.ts';
import { RepeatingMember } from './repeating-member.ts';
import { settledProblems } from './settled.ts';
import { monotonicMs } from './writer-process.ts';
import { WriterSeat } from './writer-seat.ts';

/** What a plan waits for is looked for this often. */
const lookEveryMs = 5;

/** What a rig is made for. */
export interface RigOptions {
  readonly seed: number;
  readonly programs: ChaosPrograms;
  /** Whether the relay's disk is to be a small one. */
  readonly canFill: boolean;
}

/** The document of a plan, once there is one. */
interface ChaosDocument {
  readonly id: string;
  readonly keys: DocumentKeys;
  readonly repeating: RepeatingMember;
}

/** One plan's relay, writers, lines and books. */
export class ChaosRig {
  readonly random: Random;
  readonly seats: WriterSeat[] = [];
  readonly later = new LaterEnds();
  readonly ledger: Ledger;
  /** The text of each block after so many changes. */
  readonly bodies = new Map<string, (changes: number) => string>();
  /** How often the disk was held against what had been said to be saved. */
  audits = 0;
  /** The last entry that any snapshot on the disk covered. */
  snapshotSeq = 0;
  /** Whether bytes of the disk were changed. */
  mayBeDamaged = false;
  #document: ChaosDocument | undefined;

  private constructor(
    private readonly folder: string,
    readonly relay: ChaosRelay,
    private readonly options: RigOptions,
    readonly problems: string[],
  ) {
    this.random = seededRandom(options.seed ^ 0xac75);
    this.ledger = new Ledger((id, changes) => this.bodies.get(id)?.(changes) ?? '');
  }

  static async in(folder: string, options: RigOptions): Promise<ChaosRig> {
    const problems: string[] = [];
    const onProblem = (problem: string) => problems.push(problem);
    const relay = await ChaosRelay.in(folder, { ...options, args: relayArgs(options.seed), onProblem });
    return new ChaosRig(folder, relay, options, problems);
  }

  get document(): ChaosDocument {
    if (this.#document === undefined) throw new Error('there is no document yet');
    return this.#document;
  }

  get claims(): number {
    return this.seats.reduce((sum, seat) => sum + seat.claims, 0);
  }

  /** Starts the relay, a writer with a new document, and the others. */
  async begin(): Promise<void> {
    await this.relay.start();
    const means = {
      programs: this.options.programs,
      folder: this.folder,
      relayPort: this.relay.port,
      ledger: this.ledger,
      onProblem: (problem: string) => this.problems.push(problem),
    };
    for (let client = 0; client < planClients; client++)
      this.seats.push(await WriterSeat.at(`w${client}`, means));
    const [first, ...others] = this.seats;
    if (first === undefined) throw new Error('a plan has clients');
    const creator = await first.start('new');
    const id = await creator.opened();
    const parsed = parseDocumentId(id);
    if (!parsed.ok) throw new Error(`${id} is no document ID`);
    const keys = deriveKeys(parsed.secret);
    this.#document = { id, keys, repeating: new RepeatingMember(keys) };
    await creator.settledIn();
    await Promise.all(others.map(async (seat) => (await seat.start(id)).settledIn()));
  }

  seat(client: number): WriterSeat {
    const seat = this.seats[client];
    if (seat === undefined) throw new Error(`no client ${client}`);
    return seat;
  }

  /** Waits for something while the plan goes on; false where it has not come within this time. */
  async sees(look: () => boolean, withinMs: number): Promise<boolean> {
    const untilMs = monotonicMs() + withinMs;
    while (!look() && monotonicMs() < untilMs) await this.later.pass(lookEveryMs);
    return look();
  }

  /** SIGKILL to the relay, and a look at its disk. */
  async killRelay(): Promise<void> {
    if (!this.relay.isRunning) return;
    await this.relay.kill();
    await this.audit('killed');
  }

  /** Whatever the relay alone had may be gone from its disk from now on. */
  relayExchanged(): void {
    this.ledger.relayExchanged();
    const atMs = monotonicMs();
    for (const seat of this.seats) seat.latest?.relayExchanged(atMs);
  }

  /** Holds the relay's disk, as it is at this moment, against everything that has been said to be saved on it. */
  async audit(when: 'killed' | 'stopped' | 'at the end'): Promise<StoredDocument | undefined> {
    const claims = this.seats.flatMap(({ latest }) =>
      latest?.claim === undefined ? [] : [{ name: latest.name, ...latest.claim }],
    );
    // What was damaged is mended when the relay opens the document; until then nobody says saved.
    if (claims.length === 0 && when !== 'at the end') return undefined;
    const stored = await this.relay.stored(this.document.keys).catch((error: unknown) => {
      // Damage that no reader has met yet is not mended either.
      if (!this.mayBeDamaged || when === 'at the end') throw error;
      return undefined;
    });
    if (stored === undefined) return undefined;
    const durable = Y.snapshot(stored.doc);
    for (const { name, snapshot } of claims) {
      if (!snapshotHolds(durable, snapshot))
        this.problems.push(`${name} said saved, and the disk of the relay (${when}) does not have it`);
    }
    this.document.repeating.see(stored.entries);
    this.snapshotSeq = Math.max(this.snapshotSeq, stored.snapshotSeq);
    this.audits += 1;
    return stored;
  }

  /** Mends everything, waits until all is quiet, and looks for what is missing, doubled, different or untrue. */
  async mendAndCheck(): Promise<void> {
    await this.later.endAll();
    await this.relay.free();
    this.relay.goOn();
    await this.relay.start();
    for (const { line } of this.seats) {
      line.slow(undefined);
      line.hold(false);
      line.setUp(true);
    }
    for (const seat of this.seats) {
      const writer = await seat.start(this.document.id);
      if (writer.isStopped) writer.goOn();
    }
    this.problems.push(...(await settledProblems(this)));
  }

  async close(): Promise<void> {
    await Promise.all(this.seats.map((seat) => seat.close()));
    await this.relay.close();
  }
}

/**
 * Every second relay has the lowest floor, so that its writes themselves may meet a full disk; of every four two ask for
 * snapshots as often as they can.
 */
function relayArgs(seed: number): readonly string[] {
  const floor = seed % 2 === 0 ? [] : ['--free-space-floor', '1MiB'];
  const compaction =
    seed % 4 < 2
      ? ['--compact-after-bytes', '1KiB', '--compact-after', '1min', '--snapshot-within', '3s']
      : [];
  return [...floor, ...compaction];
}
