import * as Y from 'yjs';
import type { Cursor } from '../protocol/ids.ts';
import type { JournalWriter } from './journal-writer.ts';
import type { Lineage } from './lineage.ts';
import type { ReceivedEntry } from './log-reader.ts';
import { hasValuesInText, isPlain } from './plain-content.ts';
import { sealAtOnceBytes } from './sealing.ts';

/** Opens an entry's seal: small ones at once, large ones where it does not hold up typing. Undefined where it does not open. */
export interface EntryOpener {
  now(sealed: Uint8Array): Uint8Array | undefined;
  later(sealed: Uint8Array): Promise<Uint8Array | undefined>;
}

/** Entries of one frame and the position after them. */
export interface InboundStep {
  readonly entries: readonly ReceivedEntry[];
  readonly cursor: Cursor;
}

/** Origin of transactions that apply the relay's entries. */
export const relayOrigin = Symbol('relay');

/** What `Inbound` works on. */
export interface InboundTarget {
  readonly doc: Y.Doc;
  readonly writer: JournalWriter;
  readonly opener: EntryOpener;
  /** Whether an entry is this copy's own, so that it is here already. */
  readonly isOwn: (sealed: Uint8Array) => boolean;
  /** Everything up to here is in the document, and the step that says so is on its way to the journal. */
  readonly onApplied: (cursor: Cursor) => void;
  readonly onUnopened: (seqs: readonly number[]) => void;
  /** Yjs threw, maybe after taking part of an update: the document in memory is to be loaded from the journal anew. */
  readonly onDamaged: () => void;
}

/**
 * Applies received entries in order. Entries and the cursor they justify are one step of the journal. An entry that
 * does not open or that Yjs does not take is recorded as a hole and never stops the document.
 */
export class Inbound {
  #queue: (() => undefined | Promise<void>)[] = [];
  #busy = false;
  #applied: Cursor | undefined;
  /**
   * Where what the relay holds is rebuilt, from a full load until it has been compared. Until then no cursor is journaled:
   * it would say that nothing is missing from a log of which that is not known.
   */
  lineage: Lineage | undefined;

  constructor(private readonly target: InboundTarget) {}

  /** The cursor of what has been applied; undefined while more is under way or nothing has been received. */
  get settledCursor(): Cursor | undefined {
    return this.#busy || this.#queue.length > 0 ? undefined : this.#applied;
  }

  /** A stream begins here. */
  startAt(cursor: Cursor): void {
    this.#applied = cursor;
  }

  /** Applies a frame after all earlier ones; then calls `applied`. At once, unless something large is under way. */
  push(step: InboundStep, applied: () => void): void {
    this.#enqueue(() => {
      const needsTime = step.entries.some(({ sealed }) => sealed.length >= sealAtOnceBytes);
      if (needsTime) return this.#applySlowly(step).then(applied);
      this.#apply(
        step,
        step.entries.map(({ sealed }) => this.#open(sealed, this.target.opener.now)),
      );
      applied();
      return undefined;
    });
  }

  /** Runs `task` after everything pushed before. */
  after(task: () => void): void {
    this.#enqueue(() => {
      task();
      return undefined;
    });
  }

  #enqueue(task: () => undefined | Promise<void>): void {
    this.#queue.push(task);
    if (!this.#busy) this.#run();
  }

  #run(): void {
    for (let task = this.#queue.shift(); task !== undefined; task = this.#queue.shift()) {
      this.#busy = true;
      const more = task();
      this.#busy = more !== undefined;
      if (more === undefined) continue;
      void more.finally(() => {
        this.#busy = false;
        this.#run();
      });
      return;
    }
  }

  async #applySlowly(step: InboundStep): Promise<void> {
    const opened: (Uint8Array | 'own' | undefined)[] = [];
    for (const { sealed } of step.entries) opened.push(await this.#open(sealed, this.target.opener.later));
    this.#apply(step, opened);
  }

  #open<T>(sealed: Uint8Array, opener: (sealed: Uint8Array) => T): T | 'own' {
    const isOwn = this.target.isOwn(sealed);
    return isOwn && this.lineage === undefined ? 'own' : opener(sealed);
  }

  #apply(step: InboundStep, opened: readonly (Uint8Array | 'own' | undefined)[]): void {
    const updates: Uint8Array[] = [];
    const holes: number[] = [];
    const applyAll = () => {
      step.entries.forEach(({ seq }, i) => {
        const update = opened[i];
        if (update === 'own') return;
        if (update !== undefined && this.#take(update)) updates.push(update);
        else holes.push(seq);
      });
    };
    // One transaction for all, and not a local one: its changes are the relay's already.
    Y.transact(this.target.doc, applyAll, relayOrigin, false);
    const merged = updates.length > 1 ? [Y.mergeUpdates(updates)] : updates;
    this.#applied = step.cursor;
    const change = { addUpdates: merged, addHoles: holes };
    void this.target.writer.write(this.lineage === undefined ? { ...change, cursor: step.cursor } : change);
    this.target.onApplied(step.cursor);
    if (holes.length > 0) this.target.onUnopened(holes);
  }

  #take(update: Uint8Array): boolean {
    const structs = structsOf(update);
    if (structs === undefined || !isPlain(structs)) return false;
    const { doc } = this.target;
    try {
      Y.applyUpdate(doc, update, relayOrigin);
      if (hasValuesInText(doc, structs)) throw new Error('values in the text');
    } catch {
      this.target.onDamaged();
      return false;
    }
    this.lineage?.add(update);
    return true;
  }
}

/** The parts of an update, or undefined where it is none. */
function structsOf(update: Uint8Array): ReturnType<typeof Y.decodeUpdate>['structs'] | undefined {
  try {
    return Y.decodeUpdate(update).structs;
  } catch {
    return undefined;
  }
}
