import type { Cursor, RoomId } from '../protocol/ids.ts';
import type { AppendBatch } from './append-batch.ts';
import { acknowledgementsOf } from './append-batch.ts';
import type { CommitQueue, CommitSource } from './commit-queue.ts';
import { LogEnd } from './log-end.ts';
import type { LogStore, NewEntry, RoomRecord, StoreError } from './log-store.ts';
import type { Acknowledgements, PendingAppend, StoredEntry } from './pending-append.ts';
import { writeUnits } from './write-share.ts';

/** What a log tells its room. */
export interface RoomLogEvents {
  /** These follow what was reported before and are on disk. Those who appended them are to be told soon, and once. */
  stored(entries: readonly StoredEntry[], acknowledgements: Acknowledgements): void;
  /** The store no longer has what it had: whatever was published may be wrong. */
  historyLost(): void;
  /** What the store holds of the room is damaged. */
  damaged(): void;
  /** Nothing waits or is being written any more. */
  idle(): void;
}

/**
 * The writing side of an open room: queues appends, stores equal ones once (rule A3), tells what became of them, and never
 * appends to an end it is not sure of.
 */
export class RoomLog implements CommitSource {
  readonly roomId: RoomId;
  readonly firstMark: Uint8Array;
  readonly #commits: CommitQueue;
  readonly #events: RoomLogEvents;
  readonly #end: LogEnd;
  #checksHead = false;
  #held = false;
  #pending: PendingAppend[] = [];
  #batch: AppendBatch | undefined;
  #preparing = false;
  #idleWaiters: (() => void)[] = [];

  constructor(options: {
    roomId: RoomId;
    record: RoomRecord;
    store: LogStore;
    commits: CommitQueue;
    events: RoomLogEvents;
  }) {
    this.roomId = options.roomId;
    this.firstMark = options.record.firstMark;
    this.#end = new LogEnd(options);
    this.#commits = options.commits;
    this.#events = options.events;
  }

  /** The last durable entry. */
  get head(): Cursor {
    return this.#end.head;
  }

  /** Bytes of all entries up to the head. */
  get logBytes(): number {
    return this.#end.logBytes;
  }

  /** Whether appends are waiting or being written. */
  get busy(): boolean {
    return this.#preparing || this.#batch !== undefined || this.#pending.length > 0;
  }

  /** Resolves when everything queued is durable or has failed. */
  idle(): Promise<void> {
    return this.busy ? new Promise((resolve) => this.#idleWaiters.push(resolve)) : Promise.resolve();
  }

  /** Queues an append; its appender hears of it when it is durable or has failed. */
  append(append: PendingAppend): void {
    this.#pending.push(append);
    this.#advance();
  }

  /** What is appended waits from the next write on: the room is being repaired. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.#advance();
  }

  /** A write of the relay failed: the head is read again before anything else is appended (the store may have lost a tail). */
  distrustHead(): void {
    this.#end.distrust();
    if (this.#pending.length > 0) this.#advance();
  }

  /** Distrusts the head and reads it at once: the room's members have to know if its history is another. */
  checkHead(): void {
    this.distrustHead();
    this.#checksHead = true;
    this.#advance();
  }

  get nextUnits(): number {
    const [first] = this.#pending;
    return first === undefined ? 0 : writeUnits(first.body);
  }

  takeBatch(share: number): readonly NewEntry[] {
    if (this.#held || this.#batch !== undefined || this.#preparing) return [];
    const batch = this.#end.makeBatch(this.#pending, share);
    if (batch === undefined) return [];
    const { appends, entries } = batch;
    this.#pending.splice(0, appends.length);
    if (appends.length > 0) this.#batch = batch;
    if (entries.length > 0) return entries;
    if (appends.length > 0) this.batchCommitted();
    else this.#advance();
    return [];
  }

  batchCommitted(): void {
    const batch = this.#batch;
    if (batch === undefined) return;
    this.#batch = undefined;
    this.#end.committed(batch);
    const acknowledgements = acknowledgementsOf(batch);
    for (const append of batch.appends) this.#release(append);
    if (batch.entries.length > 0) this.#events.stored(batch.entries.map(storedEntry), acknowledgements);
    else for (const [from, acks] of acknowledgements) from.acknowledge(acks);
    this.#advance();
  }

  batchFailed(error: StoreError): void {
    const batch = this.#batch;
    this.#batch = undefined;
    this.#refuse([...(batch?.appends ?? []), ...this.#pending.splice(0)], error);
    this.#advance();
  }

  #advance(): void {
    if (this.#batch !== undefined || this.#preparing) return;
    const first = this.#pending[0];
    if (first === undefined && !this.#checksHead) {
      this.#events.idle();
      for (const wake of this.#idleWaiters.splice(0)) wake();
      return;
    }
    if (this.#held) return;
    if (this.#end.isReadyFor(first)) {
      this.#commits.request(this);
      return;
    }
    this.#preparing = true;
    this.#checksHead = false;
    void this.#end.prepare(first).then((error) => {
      this.#preparing = false;
      if (error !== undefined) this.#refuse(this.#pending.splice(0), error);
      this.#advance();
    });
  }

  #refuse(appends: readonly PendingAppend[], error: StoreError): void {
    for (const append of appends) {
      this.#release(append);
      append.from.appendFailed(append.ref, error);
    }
  }

  #release(append: PendingAppend): void {
    append.from.released(append.body.type === 'inline' ? append.body.bytes.length : 0);
    // A spool that an entry took is no longer there to discard; a duplicate's or a refused one's is.
    if (append.body.type === 'spooled') void append.body.spool.discard();
  }
}

function storedEntry({ seq, mark, logBytes, body }: NewEntry): StoredEntry {
  return { seq, mark, logBytes, bytes: body.type === 'inline' ? body.bytes : undefined };
}
