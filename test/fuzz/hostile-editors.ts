import type { RoomId } from '../../protocol/ids.ts';
import { HostileEditor } from './hostile-editor.ts';
import { edits, floods, type HostileEdit } from './hostile-edits.ts';
import type { Attackers, AttackLine, StoredOfAttackers, Tally } from './hostile-run.ts';
import { seededRandom } from './random.ts';

/** How editors get to a relay. */
export interface EditorsWay {
  /** A connection that has been greeted. */
  open(url: string): Promise<AttackLine>;
  /** Whether the relay bounds what the editors' address may do. */
  readonly isBounded?: boolean;
}

/** What also may come of any edit where an address is bounded. */
const bounds = ['too-fast', 'too-busy', 'not let in'];
/** Messages of one edit that count: a flood is one of many edits. */
const mostCounted = 50;

/** Each edit is done so often at least: what is random about it has come to its usual outcome by then. */
const leastRounds = 12;

/** One editor after another, each with a connection and a document of his own, on which he does one thing. */
export class HostileEditors implements Attackers {
  readonly tally: Tally = new Map();
  readonly stored = new Map<RoomId, StoredOfAttackers>();
  messages = 0;
  connections = 0;
  readonly #way: EditorsWay;
  readonly #url: string;
  readonly #seed: number;
  readonly #edits: readonly [string, HostileEdit][];

  constructor(way: EditorsWay, url: string, seed: number) {
    this.#way = way;
    this.#url = url;
    this.#seed = seed;
    this.#edits = Object.entries(way.isBounded === true ? { ...edits, ...floods } : edits);
  }

  get expected(): ReadonlyMap<string, readonly string[]> {
    const more = this.#way.isBounded === true ? bounds : [];
    return new Map(this.#edits.map(([name, { expected }]) => [name, [...expected, ...more]]));
  }

  async attack(messages: number, atOnce: number): Promise<void> {
    const one = async () => {
      while (this.messages < messages || this.connections < leastRounds * this.#edits.length)
        await this.#edit();
    };
    await Promise.all(Array.from({ length: atOnce }, one));
  }

  async #edit(): Promise<void> {
    const number = this.connections++;
    const [name = '', edit] = this.#edits[number % this.#edits.length] ?? [];
    const line = await this.#way.open(this.#url);
    try {
      const random = seededRandom(this.#seed * 1_000_003 + number);
      const editor = new HostileEditor(line, random, new URL(this.#url).host);
      const joined = line.closed ? 'not let in' : await editor.joins();
      const came = joined === 'joined' && edit !== undefined ? await edit.run(editor) : joined;
      // A bound ends the connection at any point of an edit.
      const isBound = this.#way.isBounded === true && line.closed && bounds.includes(editor.ending());
      this.#note(name, isBound ? editor.ending() : came);
      this.messages += Math.min(mostCounted, editor.framesSent);
      const { acknowledged, framesSent } = editor;
      if (joined === 'joined') this.stored.set(editor.keys.roomId, { least: acknowledged, most: framesSent });
    } finally {
      line.close();
    }
  }

  #note(name: string, outcome: string): void {
    const outcomes = this.tally.get(name) ?? new Map<string, number>();
    this.tally.set(name, outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1));
  }
}
