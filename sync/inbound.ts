import * as Y from 'yjs';
import type { Cursor } from '../protocol/ids.ts';
import { Holes } from './holes.ts';
import type { JournalWriter } from './journal-writer.ts';
import { Lineage } from './lineage.ts';
import type { ReceivedEntry, ReceivedSnapshot } from './log-reader.ts';
import { hasValuesInText, isPlain } from './plain-content.ts';
import { sealAtOnceBytes } from './sealing.ts';

/** Opens an entry's seal: small ones at once, large ones where it does not hold up typing. Undefined where it does not open. */
export interface EntryOpener {
  now(sealed: Uint8Array): Uint8Array | undefined;
  later(sealed: Uint8Array): Promise<Uint8Array | undefined>;
  snapshot(received: ReceivedSnapshot): Promise<Uint8Array | undefined>;
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
  /** The entries that could not be opened are others now. */
  readonly onHoles: () => void;
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
  readonly #holes = new Holes();
  /**
   * After a snapshot no cursor is journaled until the log has gone on behind it: entries that the relay kept beside it may
   * be still to come.
   */
  #snapshotSeq: number | undefined;
  /**
   * Where what the relay holds is rebuilt, from a full load until it has been compared. Until then no cursor is journaled:
   * it would say that nothing is missing from a log of which that is not known.
   */
  #lineage: Lineage | undefined;

  constructor(private readonly target: InboundTarget) {}

  /** The cursor of what has been applied; undefined while more is under way or nothing has been received. */
  get settledCursor(): Cursor | undefined {
    return this.isBusy ? undefined : this.#applied;
  }

  /** Whether something received is not in the document yet. */
  get isBusy(): boolean {
    return this.#busy || this.#queue.length > 0;
  }

  /** Seqs of entries that could not be opened. */
  get holes(): readonly number[] {
    return this.#holes.seqs;
  }

  /** What the journal knows. */
  restoreHoles(holes: readonly number[]): void {
    this.#holes.restore(holes);
  }

  /** See `Lineage`; there from the start of a full load that is to be compared until `endLineage`. */
  get lineage(): Lineage | undefined {
    return this.#lineage;
  }

  /** The comparison is done. */
  endLineage(): void {
    this.#lineage?.close();
    this.#lineage = undefined;
  }

  /** A delta begins here. */
  goOnAt(cursor: Cursor): void {
    this.endLineage();
    this.#applied = cursor;
  }

  /**
   * A full load begins: at the log's start, or with a snapshot where `cursor` is undefined. Call it behind all that was
   * received before: nothing of another stream may count as this log's.
   */
  startAnew(cursor: Cursor | undefined, mustCompare: boolean): void {
    this.endLineage();
    if (mustCompare) this.#lineage = new Lineage();
    this.#applied = cursor;
    this.#snapshotSeq = undefined;
    this.#holes.startAnew();
    this.target.onHoles();
  }

  /** Journals where the document stands, after the last of a stream: until then nothing may have said so. */
  settle(): void {
    this.#snapshotSeq = undefined;
    const cursor = this.#applied;
    if (cursor !== undefined && this.#lineage === undefined)
      void this.target.writer.write(this.#holes.stepTo(cursor));
  }

  /** Applies the snapshot a stream starts with; `done` says whether it opened. Tried in another document first. */
  pushSnapshot(received: ReceivedSnapshot, done: (opened: boolean) => void): void {
    this.#enqueue(async () => {
      const update = await this.target.opener.snapshot(received);
      const opened =
        update !== undefined && appliesCleanly(update) && this.#transact([update])[0] !== undefined;
      if (opened) {
        this.#snapshotSeq = received.cursor.seq;
        this.#applied = received.cursor;
        void this.target.writer.write({ addUpdates: [update] });
        this.target.onApplied(received.cursor);
      }
      done(opened);
    });
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
    return isOwn && this.#lineage === undefined ? 'own' : opener(sealed);
  }

  #apply(step: InboundStep, opened: readonly (Uint8Array | 'own' | undefined)[]): void {
    const updates: Uint8Array[] = [];
    let hasHoles = false;
    this.#transact(opened).forEach((result, i) => {
      const entry = step.entries[i];
      if (result instanceof Uint8Array) updates.push(result);
      // An empty one stands for one that the relay has lost: who has it sends it again (rule L4).
      else if (result === undefined && entry !== undefined && entry.sealed.length > 0) {
        hasHoles = true;
        this.#holes.add(entry.seq);
      }
    });
    const merged = updates.length > 1 ? [Y.mergeUpdates(updates)] : updates;
    this.#applied = step.cursor;
    const isSettled = this.#lineage === undefined && step.cursor.seq !== this.#snapshotSeq;
    void this.target.writer.write({
      addUpdates: merged,
      ...(isSettled ? this.#holes.stepTo(step.cursor) : {}),
    });
    this.target.onApplied(step.cursor);
    if (hasHoles) this.target.onHoles();
  }

  /** Takes updates in one transaction, and not a local one: its changes are the relay's already. Undefined for what is not taken. */
  #transact<T extends Uint8Array | 'own' | undefined>(opened: readonly T[]): readonly (T | undefined)[] {
    const takeAll = () =>
      opened.map((update) => (update instanceof Uint8Array && !this.#take(update) ? undefined : update));
    return Y.transact(this.target.doc, takeAll, relayOrigin, false);
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
    this.#lineage?.add(update);
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

/** Whether Yjs takes an update without throwing. */
function appliesCleanly(update: Uint8Array): boolean {
  const scratch = new Y.Doc();
  try {
    Y.applyUpdate(scratch, update);
    return true;
  } catch {
    return false;
  } finally {
    scratch.destroy();
  }
}
