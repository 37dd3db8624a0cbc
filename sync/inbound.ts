import type * as Y from 'yjs';
import type { Cursor } from '../protocol/ids.ts';
import type { Clock } from './clock.ts';
import type { Holes } from './holes.ts';
import { InboundQueue, type InboundStep } from './inbound-queue.ts';
import type { JournalChange } from './journal.ts';
import type { JournalWriter } from './journal-writer.ts';
import { Lineage } from './lineage.ts';
import type { ReceivedEntry, ReceivedSnapshot } from './log-reader.ts';
import { appliesCleanly, RemoteUpdates } from './remote-updates.ts';
import { sealAtOnceBytes } from './sealing.ts';

/** Opens an entry's seal: small ones at once, large ones where it does not hold up typing. Undefined where it does not open. */
export interface EntryOpener {
  now(sealed: Uint8Array): Uint8Array | undefined;
  later(sealed: Uint8Array): Promise<Uint8Array | undefined>;
  snapshot(received: ReceivedSnapshot): Promise<Uint8Array | undefined>;
}

/** What `Inbound` works on. */
export interface InboundTarget {
  readonly doc: Y.Doc;
  readonly clock: Clock;
  readonly writer: JournalWriter;
  readonly opener: EntryOpener;
  /** Whether an entry is this copy's own, so that it is here already. */
  readonly isOwn: (sealed: Uint8Array) => boolean;
  /** Everything up to here is in the document, and the step that says so is on its way to the journal. */
  readonly onJournaled: (cursor: Cursor) => void;
  /** Entries that do not open. */
  readonly holes: Holes;
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
  readonly #queue: InboundQueue;
  readonly #updates: RemoteUpdates;
  #applied: Cursor | undefined;
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
  /** The load is not compared though there was something here before: its cursor would say that all of that is on the relay. */
  #keepsNoCursor = false;

  constructor(private readonly target: InboundTarget) {
    this.#queue = new InboundQueue(target.clock, ({ entries, cursor }) =>
      this.#apply(this.#openNow(entries), cursor),
    );
    this.#updates = new RemoteUpdates(target.doc, () => target.onDamaged());
  }

  /** The cursor of what has been applied; undefined while more is under way or nothing has been received. */
  get settledCursor(): Cursor | undefined {
    return this.isBusy ? undefined : this.#applied;
  }

  /** Whether something received is not in the document yet. */
  get isBusy(): boolean {
    return this.#queue.isBusy;
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
    this.#queue.hurries = true;
    this.#applied = cursor;
  }

  /**
   * A full load begins: at the log's start, or with a snapshot where `cursor` is undefined. Call it behind all that was
   * received before: nothing of another stream may count as this log's.
   */
  startAnew(cursor: Cursor | undefined, comparison: 'none' | 'compared' | 'never-compared'): void {
    this.endLineage();
    if (comparison === 'compared') this.#lineage = new Lineage();
    this.#keepsNoCursor = comparison === 'never-compared';
    this.#queue.hurries = true;
    this.#applied = cursor;
    this.#snapshotSeq = undefined;
    this.target.holes.startAnew();
    this.target.onHoles();
  }

  /** Journals where the document stands, after the last of a stream: until then nothing may have said so. */
  settle(): void {
    this.#queue.hurries = false;
    this.#snapshotSeq = undefined;
    const cursor = this.#applied;
    if (cursor === undefined) return;
    const { holes, writer } = this.target;
    void writer.write(this.#keepsNoCursor ? holes.review() : this.#stepTo(cursor));
  }

  /** Applies the snapshot a stream starts with; `done` says whether it opened. Tried in another document first. */
  pushSnapshot(received: ReceivedSnapshot, done: (opened: boolean) => void): void {
    this.#queue.pushTask(async () => {
      const update = await this.target.opener.snapshot(received);
      const opened = update !== undefined && appliesCleanly(update) && this.#takeSnapshot(update);
      if (opened) {
        this.#snapshotSeq = received.cursor.seq;
        this.#applied = received.cursor;
      }
      done(opened);
    });
  }

  /** Applies a frame after all earlier ones, in slices that leave time for typing; then calls `applied`. */
  push(step: InboundStep, applied: () => void): void {
    const needsTime = step.entries.some(({ sealed }) => sealed.length >= sealAtOnceBytes);
    if (needsTime) this.#queue.pushTask(() => this.#applySlowly(step).then(applied));
    else this.#queue.pushFrame(step, applied);
  }

  /** Runs `task` after everything pushed before. */
  after(task: () => void): void {
    this.#queue.pushTask(() => {
      task();
      return undefined;
    });
  }

  /** What waits is not applied any more. */
  close(): void {
    this.#queue.close();
    this.endLineage();
  }

  #takeSnapshot(update: Uint8Array): boolean {
    let isTaken = false;
    const addUpdates = this.#updates.transact((take) => {
      isTaken = take(update) === 'taken';
      if (isTaken) this.#lineage?.add(update);
    });
    void this.target.writer.write({ addUpdates });
    return isTaken;
  }

  *#openNow(entries: Iterable<ReceivedEntry>): Generator<OpenedEntry> {
    for (const entry of entries) yield { entry, update: this.#open(entry.sealed, this.target.opener.now) };
  }

  async #applySlowly({ entries, cursor }: InboundStep): Promise<void> {
    const opened: OpenedEntry[] = [];
    for (const entry of entries)
      opened.push({ entry, update: await this.#open(entry.sealed, this.target.opener.later) });
    this.#apply(opened, () => cursor);
  }

  #open<T>(sealed: Uint8Array, opener: (sealed: Uint8Array) => T): T | 'own' {
    const isOwn = this.target.isOwn(sealed);
    return isOwn && this.#lineage === undefined ? 'own' : opener(sealed);
  }

  /** The journal's step to a cursor, or none where the journal must not say yet that everything up to there is here. */
  #stepTo(cursor: Cursor): JournalChange {
    if (this.#lineage !== undefined || this.#keepsNoCursor || cursor.seq === this.#snapshotSeq) return {};
    queueMicrotask(() => this.target.onJournaled(cursor));
    return this.target.holes.stepTo(cursor);
  }

  /** Applies entries in one transaction; `cursorAfter` says where the log stands then, unless that is inside a frame. */
  #apply(opened: Iterable<OpenedEntry>, cursorAfter: () => Cursor | undefined): void {
    const { holes } = this.target;
    let areOthers = false;
    const addUpdates = this.#updates.transact((take) => {
      for (const { entry, update } of opened) {
        const outcome = update === 'own' ? 'taken' : update === undefined ? 'refused' : take(update);
        const isTaken = outcome === 'taken';
        if (isTaken && update !== undefined && update !== 'own') this.#lineage?.add(update);
        // An empty one stands for one that the relay has lost: who has it sends it again (rule L4).
        if (isTaken || entry.sealed.length === 0) areOthers = holes.close(entry.seq) || areOthers;
        else {
          areOthers = true;
          holes.add(entry, outcome === 'damaging');
        }
      }
    });
    const cursor = cursorAfter();
    if (cursor !== undefined) this.#applied = cursor;
    void this.target.writer.write({ addUpdates, ...(cursor === undefined ? {} : this.#stepTo(cursor)) });
    if (areOthers) this.target.onHoles();
  }
}

/** An entry and what its seal held: nothing where it did not open, `own` where that is here already. */
interface OpenedEntry {
  readonly entry: ReceivedEntry;
  readonly update: Uint8Array | 'own' | undefined;
}
