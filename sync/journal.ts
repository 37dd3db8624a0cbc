import type { Cursor } from '../protocol/ids.ts';

/** A local change on its way to the relay. It stays until its own acknowledgement, whatever is restarted meanwhile. */
export interface OutboxRow {
  /** Unique over all openings of the journal: two tabs may write to one. */
  readonly id: string;
  /** Edits in it, as the status counts them. */
  readonly edits: number;
  /** `update`: the Yjs update (V1), not sealed yet. `sealed`: exactly the bytes that are sent, now and on every retry (rule A1). */
  readonly form: 'update' | 'sealed';
  readonly bytes: Uint8Array;
}

/** A Yjs update (V1) as the journal keeps it, under the key it was given. */
export interface UpdateRow {
  readonly key: number;
  readonly update: Uint8Array;
}

/** An entry that did not open. */
export interface Hole {
  readonly seq: number;
  /** Mark of the log's position before it; undefined for an entry that the relay kept beside a snapshot. */
  readonly before: Uint8Array | undefined;
  /** Version of the program that has fetched it in vain as often as it does; empty while it is to be fetched again. */
  readonly givenUpBy: string;
}

/** What is on this computer of one document. */
export interface JournalContent {
  readonly updates: readonly UpdateRow[];
  /** Outbox rows in the order they were first written. */
  readonly outbox: readonly OutboxRow[];
  readonly cursor: Cursor | undefined;
  readonly holes: readonly Hole[];
}

/** One durable step. All of it is on disk when `commit` resolves, or none of it ever. */
export interface JournalChange {
  readonly addUpdates?: readonly Uint8Array[];
  /** Rows that `addUpdates` replaces: the journal's own compaction names exactly those that are in its document. */
  readonly removeUpdates?: readonly number[];
  readonly putOutbox?: readonly OutboxRow[];
  /** Applied after `putOutbox`. */
  readonly removeOutbox?: readonly string[];
  readonly cursor?: Cursor;
  /** Forgets the holes of another history; applied before `addHoles`. */
  readonly clearHoles?: true;
  /** Each in place of the one at its seq. */
  readonly addHoles?: readonly Hole[];
  /** Seqs of holes that are none any more; none of them is in `addHoles`. */
  readonly removeHoles?: readonly number[];
}

/** What was in the journal is gone, as where someone clears a browser's data: all that is to be kept is written anew. */
export class JournalEmptied extends Error {
  constructor() {
    super('the journal was emptied by another program');
    this.name = 'JournalEmptied';
  }
}

/** The copy of one document on this computer, outbox included. Implementations: IndexedDB, LevelDB, memory; one contract suite. */
export interface Journal {
  /** Called when the database was taken away; a step, also an empty one, opens it again. */
  onLost: () => void;
  load(): Promise<JournalContent>;
  /**
   * Gives the keys of the rows it added, in order. Rejects when the step is not known to be durable: the caller tries again,
   * and what came before it stays. Rejects once with `JournalEmptied` where nothing that came before is there any more.
   */
  commit(change: JournalChange): Promise<readonly number[]>;
  close(): Promise<void>;
}
