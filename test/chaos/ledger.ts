import type { Effect } from './chaos-client.ts';
import { readMarked } from './marked-text.ts';

/** One process of a writer: what it wrote, in order, and how far that is safe. */
interface Incarnation {
  /** The folder of its journal; several incarnations share one, one after the other. */
  readonly folder: string;
  readonly steps: (readonly Effect[])[];
  /** Everything up to this step is in the journal as it is now. */
  journaled: number;
  /** Everything up to this step was said to be saved, by a relay whose disk has not been exchanged since. */
  saved: number;
}

/** How far each incarnation's journal was at one moment, for what is restored from then. */
export type JournalMoment = ReadonlyMap<string, number>;

/**
 * Keeps book of everything all writers wrote and of what must therefore be in the text: what is in a journal that is
 * still there, and what was said to be saved by a relay that still has its disk. The rest may be there or not.
 */
export class Ledger {
  readonly #incarnations = new Map<string, Incarnation>();

  /** `body` gives the text of a block after so many changes. */
  constructor(private readonly body: (id: string, changes: number) => string) {}

  started(name: string, folder: string): void {
    this.#incarnations.set(name, { folder, steps: [], journaled: 0, saved: 0 });
  }

  wrote(name: string, effects: readonly Effect[]): void {
    this.#of(name).steps.push(effects);
  }

  journaled(name: string, step: number): void {
    this.#of(name).journaled = step;
  }

  saved(name: string, step: number): void {
    this.#of(name).saved = step;
  }

  /** All it wrote must be there: it lives, and says that it is saved. */
  settled(name: string): void {
    const incarnation = this.#of(name);
    incarnation.saved = incarnation.steps.length;
  }

  /** How far the journals in a folder are. */
  momentOf(folder: string): JournalMoment {
    return new Map(this.#in(folder).map(([name, { journaled }]) => [name, journaled]));
  }

  /** A journal is again what it was then. */
  journalRestored(folder: string, moment: JournalMoment): void {
    for (const [name, incarnation] of this.#in(folder))
      incarnation.journaled = Math.min(incarnation.journaled, moment.get(name) ?? 0);
  }

  /** The relay goes on with another disk: what it alone had may be lost. */
  relayExchanged(): void {
    for (const incarnation of this.#incarnations.values()) incarnation.saved = 0;
  }

  /** Steps written so far. */
  get steps(): number {
    return [...this.#incarnations.values()].reduce((sum, { steps }) => sum + steps.length, 0);
  }

  /** Tokens that undo took back. */
  get undone(): number {
    return [...this.#incarnations.values()]
      .flatMap(({ steps }) => steps.flat())
      .filter((effect) => effect.type === 'token' && !effect.present).length;
  }

  /** What is wrong with a text in which everything should be. */
  problemsOf(content: string): readonly string[] {
    const { tokens, blocks, torn } = readMarked(content);
    const problems: string[] = torn ? ['a token or block is torn apart'] : [];
    const known = new Set<string>();
    for (const [name, incarnation] of this.#incarnations) {
      for (const [id, allowed] of allowedTokens(incarnation)) {
        known.add(id);
        const count = tokens.get(id) ?? 0;
        if (!allowed.has(count))
          problems.push(`token ${id} is there ${count} times, not ${[...allowed].join(' or ')}`);
      }
      for (const [id, allowed] of allowedChanges(incarnation)) {
        known.add(id);
        const bodies = blocks.get(id) ?? [];
        const mayBeMissing = allowed.has('none');
        const fits = (body: string) =>
          [...allowed].some((changes) => changes !== 'none' && this.body(id, changes) === body);
        if (bodies.length === 0 && mayBeMissing) continue;
        const [body] = bodies;
        if (bodies.length !== 1 || body === undefined)
          problems.push(`block ${id} of ${name} is there ${bodies.length} times`);
        else if (!fits(body))
          problems.push(
            `block ${id} of ${name} (${body.length} letters) is not what ${[...allowed].join(', ')} changes give`,
          );
      }
    }
    for (const id of [...tokens.keys(), ...blocks.keys()])
      if (!known.has(id)) problems.push(`${id} was never written`);
    return problems;
  }

  #of(name: string): Incarnation {
    const incarnation = this.#incarnations.get(name);
    if (incarnation === undefined) throw new Error(`${name} never started`);
    return incarnation;
  }

  #in(folder: string): readonly (readonly [string, Incarnation])[] {
    return [...this.#incarnations].filter(([, incarnation]) => incarnation.folder === folder);
  }
}

/** How often each token may be there: as its last certain step left it, or as any later one would. */
function allowedTokens(incarnation: Incarnation): ReadonlyMap<string, ReadonlySet<number>> {
  return allowedOf<number>(incarnation, 0, (effect) =>
    effect.type === 'token' ? (effect.present ? 1 : 0) : undefined,
  );
}

/** How many of its changes each block may have, or `none` where it may be missing. */
function allowedChanges(incarnation: Incarnation): ReadonlyMap<string, ReadonlySet<number | 'none'>> {
  return allowedOf<number | 'none'>(incarnation, 'none', (effect) =>
    effect.type === 'block' ? effect.changes : undefined,
  );
}

function allowedOf<Outcome>(
  { steps, journaled, saved }: Incarnation,
  untouched: Outcome,
  outcomeOf: (effect: Effect) => Outcome | undefined,
): ReadonlyMap<string, ReadonlySet<Outcome>> {
  const certainSteps = Math.max(journaled, saved);
  const allowed = new Map<string, Set<Outcome>>();
  steps.forEach((effects, index) => {
    for (const effect of effects) {
      const outcome = outcomeOf(effect);
      if (outcome === undefined) continue;
      const isCertain = index < certainSteps;
      if (isCertain) allowed.set(effect.id, new Set([outcome]));
      else allowed.set(effect.id, (allowed.get(effect.id) ?? new Set([untouched])).add(outcome));
    }
  });
  return allowed;
}
